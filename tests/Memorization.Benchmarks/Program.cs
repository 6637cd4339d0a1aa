if (args is ["clip"]) Memorization.Benchmarks.ClipBenchmarks.Run();
else BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
