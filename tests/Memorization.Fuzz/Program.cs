using Memorization.Fuzz;
using SharpFuzz;

// `Memorization.Fuzz TARGET` under afl-fuzz (see fuzz.sh), `Memorization.Fuzz TARGET FILE…` to run files once.
if (args.Length == 0 || !FuzzTargets.All.TryGetValue(args[0], out var target))
{
    Console.Error.WriteLine($"usage: Memorization.Fuzz {string.Join('|', FuzzTargets.All.Keys)} [FILE…]");
    return 1;
}

foreach (var file in args[1..]) target(File.ReadAllBytes(file));
if (args.Length > 1) return 0;
Fuzzer.OutOfProcess.Run(stream =>
{
    using var bytes = new MemoryStream();
    stream.CopyTo(bytes);
    target(bytes.ToArray());
});
return 0;
