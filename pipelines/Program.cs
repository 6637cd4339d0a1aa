using System.CommandLine;
using Memorization.Configuration;
using Memorization.Images;
using Memorization.Pipelines;
using Memorization.Pipelines.Terminal;
using Memorization.Pipelines.Verbs;
using Memorization.Store;

NativeHeap.KeepLittle();
var root = new RootCommand("Finds out what text-to-image models have memorised, by looking at what they were trained on.")
{
    DemoVerb.Create(),
    RunVerb.Create(),
    IngestVerb.Create(),
    ReprocessVerb.Create(),
    StoreVerb.Create(),
    StatusVerb.Create(),
    AnalyzeVerb.Create(),
    ObjectsVerb.Create(),
    ReportVerb.Create(),
    ExportVerb.Create(),
    QueryVerb.Create(),
    ReasonsVerb.Create(),
    TokenizeVerb.Create(),
    FetchVerb.Create(),
    DecodeVerb.Create(),
    DecodeWorkerVerb.Create(),
    EmbedVerb.Create(),
    ModelVerb.Create(),
    ProbeVerb.Create(),
    GenerateVerb.Create(),
    EvaluateVerb.Create(),
    ClusterVerb.Create(),
    ClusterTilesVerb.Create(),
    ClusterMergeVerb.Create(),
    BenchVerb.Create(),
    BenchServerVerb.Create(),
};
GlobalOptions.AddTo(root);

var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
if (parsed.Errors.Count > 0)
{
    var wrong = parsed.UnmatchedTokens.Count > 0 ? $"'{parsed.UnmatchedTokens[0]}' is not a verb or option here." : parsed.Errors[0].Message.ReplaceLineEndings(" ");
    await Console.Error.WriteLineAsync($"error: {wrong} `memorization --help` lists the verbs, `memorization VERB --help` their options.");
    return ExitCodes.UserError;
}

try
{
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (Exception exception) when (exception is StoreLostException || FullDisk.IsCauseOf(exception))
{
    // The study is right and the run failed all the same: what was committed is kept.
    await Console.Error.WriteLineAsync($"failed: {exception.Message.ReplaceLineEndings(" ")}");
    return ExitCodes.Failed;
}
catch (SetupException exception)
{
    await Console.Error.WriteLineAsync($"error: {exception.Message}");
    return ExitCodes.UserError;
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync("stopped at once; what was committed is kept, and the same command goes on from there");
    return ExitCodes.Interrupted;
}
catch (Exception exception) when (UnreadableStore.Problem(exception) is { } problem)
{
    await Console.Error.WriteLineAsync($"failed: the store cannot be read: {problem}; `memorization store verify STUDY` names every file that is damaged");
    return ExitCodes.Failed;
}
catch (Exception exception)
{
    await Console.Error.WriteLineAsync($"failed: {exception.Message.ReplaceLineEndings(" ")}{Environment.NewLine}{exception}");
    return ExitCodes.Failed;
}
