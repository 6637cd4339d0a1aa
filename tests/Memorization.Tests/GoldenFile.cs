using Shouldly;

namespace Memorization.Tests;

/// <summary>Compares what users see with a committed file; UPDATE_GOLDEN=1 accepts what is there now.</summary>
internal static class GoldenFile
{
    /// <summary>The checkout's root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Holds a text against a file of the checkout.</summary>
    public static void ShouldMatch(string actual, string relativePath)
    {
        var path = Path.Combine(Root, relativePath);
        actual = actual.ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
        }

        File.Exists(path).ShouldBeTrue($"{relativePath} is missing; UPDATE_GOLDEN=1 dotnet test writes it");
        actual.ShouldBe(File.ReadAllText(path), $"{relativePath} differs; read the difference, then UPDATE_GOLDEN=1 dotnet test accepts it");
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Memorization.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"no Memorization.sln above {AppContext.BaseDirectory}");
    }
}
