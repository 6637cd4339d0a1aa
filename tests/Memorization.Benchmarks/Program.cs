Memorization.Images.NativeHeap.KeepLittle();
if (args is ["families"]) return Memorization.Benchmarks.FamilyTruth.Run();
if (args is ["analyze"]) return await Memorization.Benchmarks.AnalysisBenchmark.RunAsync();
if (args is ["analyze", var count, var families, var dimension]) return await Memorization.Benchmarks.AnalysisBenchmark.RunAsync(Number(count), Number(families), Number(dimension));
if (args is ["store"]) return Memorization.Benchmarks.StoreBenchmark.Run();
if (args is ["store", var rows, .. var program])
{
    if (program is [var path]) Memorization.Benchmarks.BuiltProgram.Path = path;
    return Memorization.Benchmarks.StoreBenchmark.Run(int.Parse(rows, System.Globalization.CultureInfo.InvariantCulture));
}

if (args is ["nights"]) return Memorization.Benchmarks.NightsBenchmark.Run();
if (args is ["nights", var nightRows, .. var nightProgram])
{
    if (nightProgram is [var path]) Memorization.Benchmarks.BuiltProgram.Path = path;
    return Memorization.Benchmarks.NightsBenchmark.Run(Number(nightRows));
}

if (args is ["mutated", var images, .. var more])
    return await Memorization.Benchmarks.MutatedImages.RunAsync(images, more.Length > 0 ? Number(more[0]) : 20_000, more.Length > 1 ? Number(more[1]) : 1);
if (args is ["decode-worker"]) await Memorization.Images.DecodeServer.RunAsync(Console.OpenStandardInput(), Console.OpenStandardOutput());
else if (args is ["worker"]) await Memorization.Benchmarks.WorkerCost.RunAsync(Memorization.Benchmarks.MutatedImages.Command);
else if (args is ["scaled", var folder, .. var models]) Memorization.Benchmarks.ScaledDistance.Run(folder, models);
else if (args is ["clip"]) await Memorization.Benchmarks.ClipBenchmarks.RunAsync();
else BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;

static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
