if (args is ["families"]) return Memorization.Benchmarks.FamilyTruth.Run();
if (args is ["store"]) return Memorization.Benchmarks.StoreBenchmark.Run();
if (args is ["store", var rows]) return Memorization.Benchmarks.StoreBenchmark.Run(int.Parse(rows, System.Globalization.CultureInfo.InvariantCulture));
if (args is ["clip"]) await Memorization.Benchmarks.ClipBenchmarks.RunAsync();
else BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
