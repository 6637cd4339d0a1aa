using System.CommandLine;
using System.Runtime.InteropServices;
using Memorization.Images;
using Memorization.Pipelines.Terminal;

namespace Memorization.Pipelines.Verbs;

/// <summary>decode-worker: the process that decodes what may take long; not for people.</summary>
internal static class DecodeWorkerVerb
{
    private const string Name = "decode-worker";

    /// <summary>How this program starts itself so.</summary>
    public static IReadOnlyList<string> Command => OwnProgram.Command(Name);

    public static Command Create()
    {
        var command = new Command(Name, "Decodes images from standard input for another process of this program.") { Hidden = true };
        command.SetAction(async (_, _) =>
        {
            // Ctrl+C reaches every process of a terminal. The parent decides what becomes of the images under way; when it ends, the input does.
            var ignored = new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT }
                .Select(signal => PosixSignalRegistration.Create(signal, context => context.Cancel = true)).ToList();
            await DecodeServer.RunAsync(Console.OpenStandardInput(), Console.OpenStandardOutput());
            GC.KeepAlive(ignored);
            return ExitCodes.Done;
        });
        return command;
    }
}
