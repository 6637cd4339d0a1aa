if (args is ["families"]) return Memorization.Benchmarks.FamilyTruth.Run();
if (args is ["store"]) return Memorization.Benchmarks.StoreBenchmark.Run();
if (args is ["clip"]) await Memorization.Benchmarks.ClipBenchmarks.RunAsync();
else BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
