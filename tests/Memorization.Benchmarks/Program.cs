if (args is ["clip"]) await Memorization.Benchmarks.ClipBenchmarks.RunAsync();
else BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
