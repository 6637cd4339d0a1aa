using Memorization.Fuzz;
using Shouldly;
using Xunit;

namespace Memorization.Tests;

/// <summary>What fuzzing began with, and every file it found something with, once more.</summary>
public sealed class FuzzCorpusTests
{
    public static TheoryData<string> Targets => [.. FuzzTargets.All.Keys];

    [Theory]
    [MemberData(nameof(Targets))]
    public void No_file_of_the_corpus_breaks_a_promise(string target)
    {
        var files = Directory.GetFiles(Path.Combine(GoldenFile.Root, "tests", "Memorization.Fuzz", "corpus", target));
        files.Length.ShouldBeGreaterThan(0);
        foreach (var file in files) Should.NotThrow(() => FuzzTargets.All[target](File.ReadAllBytes(file)), file);
    }
}
