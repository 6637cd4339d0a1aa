namespace Memorization.Pipelines.Terminal;

/// <summary>This program, started once more.</summary>
internal static class OwnProgram
{
    /// <summary>Program and arguments that run a verb of it, also where it runs as <c>dotnet memorization.dll</c>.</summary>
    public static IReadOnlyList<string> Command(string verb) => Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet"
        ? [Environment.ProcessPath!, Environment.GetCommandLineArgs()[0], verb]
        : [Environment.ProcessPath!, verb];
}
