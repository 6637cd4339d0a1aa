using Xunit;

namespace Memorization.Tests;

/// <summary>Finds material that lies beside the checkout; tests that need it skip without it.</summary>
internal static class SharedFolder
{
    /// <summary>The full path of a file or folder in the shared folder; skips the test if it is not there.</summary>
    public static string Path(params string[] parts)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = System.IO.Path.Combine([folder.FullName, "shared", .. parts]);
            if (File.Exists(candidate) || Directory.Exists(candidate)) return candidate;
        }

        Assert.Skip($"needs {System.IO.Path.Combine(["../shared", .. parts])} beside the checkout");
        return "";
    }
}
