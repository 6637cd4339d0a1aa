Memorization.Images.NativeHeap.KeepLittle();
if (args is ["families"]) return Memorization.Benchmarks.FamilyTruth.Run();
if (args is ["analyze"]) return await Memorization.Benchmarks.AnalysisBenchmark.RunAsync();
if (args is ["analyze", var count, var families, var dimension]) return await Memorization.Benchmarks.AnalysisBenchmark.RunAsync(Number(count), Number(families), Number(dimension));
if (args is ["store" or "nights", .. var night])
{
    if (night is [_, var path]) Memorization.Benchmarks.BuiltProgram.Path = path;
    var rows = night is [var number, ..] ? Number(number) : (int?)null;
    return args[0] == "store" ? Memorization.Benchmarks.StoreBenchmark.Run(rows ?? 1_000_000) : Memorization.Benchmarks.NightsBenchmark.Run(rows ?? 20_000);
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
