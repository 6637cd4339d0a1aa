using Memorization.Captions;
using Memorization.Embedding;
using Memorization.Fetch;
using Memorization.Flow;
using Memorization.Images;
using Memorization.Rows;
using Memorization.Store;
using Memorization.Urls;

namespace Memorization.Pipelines;

/// <summary>The streaming graph: LAION rows in, committed rows with embeddings and families out.</summary>
internal static class IngestPipeline
{
    /// <summary>Links the stages, top to bottom in the order in which a row meets them.</summary>
    public static Graph Build(Stages stages, CancellationToken drain, CancellationToken stop)
    {
        var graph = new Graph(drain, stop);
        graph
            .Source<LaionRow>(StageName.Scan, stages.Scan.RunAsync)
            .Stage<LinkedRow>(StageName.Urls, stages.Urls.RunAsync, new StageOptions())
            .Stage<SelectedRow>(StageName.Captions, stages.Captions.RunAsync, new StageOptions())
            .Stage<SelectedRow>(StageName.Known, stages.Known.RunAsync, new StageOptions())
            .Stage<FetchedImage>(StageName.Fetch, stages.Images.RunAsync, new StageOptions(stages.RowsFetchedAtOnce))
            .Stage<DecodedImage>(StageName.Decode, stages.Decode.RunAsync, new StageOptions(Environment.ProcessorCount, Capacity: 64))
            .Stage<EmbeddedImage>(StageName.Embed, stages.Embed.RunAsync, new StageOptions(stages.Embed.Parallelism, Capacity: 64))
            .Collect(StageName.Store, stages.Store.AddAsync, stages.Store.FlushAsync)
            .Sink(StageName.Cluster, stages.Families.RunAsync);
        return graph;
    }

    /// <summary>The stages of one run.</summary>
    public sealed record Stages(
        LaionScan Scan,
        UrlPolicy Urls,
        CaptionFilter Captions,
        KnownRows Known,
        ImageSource Images,
        int RowsFetchedAtOnce,
        ImageDecoder Decode,
        Embedder Embed,
        StoreWriter Store,
        FamilyStore Families);
}
