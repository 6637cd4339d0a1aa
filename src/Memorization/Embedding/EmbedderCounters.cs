namespace Memorization.Embedding;

/// <summary>What the embedder has done so far, and where the time went.</summary>
/// <param name="Batches">Batches that were gathered.</param>
/// <param name="BatchSize">Places in each batch.</param>
/// <param name="AverageFill">Images per place, 0 to 1; 0 before the first batch.</param>
/// <param name="Elapsed">From the first batch's beginning to the last one's end.</param>
/// <param name="WaitingForInput">Time in which a lane was free and its batch waited for images.</param>
/// <param name="WaitingForDevice">Time in which every lane was busy, so that images waited for the model.</param>
/// <param name="Copying">Time in which lanes copied pixels into their batch, added up.</param>
/// <param name="InSession">Time in which lanes ran the model, copies to and from the device included, added up.</param>
/// <param name="Answering">Time in which lanes normalised and answered, added up.</param>
/// <param name="Devices">The devices, in the order of the configuration.</param>
public sealed record EmbedderCounters(
    long Batches,
    int BatchSize,
    double AverageFill,
    TimeSpan Elapsed,
    TimeSpan WaitingForInput,
    TimeSpan WaitingForDevice,
    TimeSpan Copying,
    TimeSpan InSession,
    TimeSpan Answering,
    IReadOnlyList<DeviceCounters> Devices)
{
    /// <summary>Images that were embedded.</summary>
    public long Images => Devices.Sum(device => device.Images);

    /// <summary>Images per second of <see cref="Elapsed"/>; 0 before the first batch has ended.</summary>
    public double ImagesPerSecond => Elapsed > TimeSpan.Zero ? Images / Elapsed.TotalSeconds : 0;
}

/// <summary>What one device has done.</summary>
/// <param name="Name">"cpu", "cuda:0" …</param>
/// <param name="Images">Images that it has embedded.</param>
/// <param name="Batches">Runs that succeeded.</param>
/// <param name="Failures">Runs that failed; each is tried once more.</param>
/// <param name="LastFailure">What the last of them said; null if there was none.</param>
/// <param name="GivenUp">Whether it failed twice in a row while another device was there, which does its work since.</param>
public sealed record DeviceCounters(string Name, long Images, long Batches, long Failures, string? LastFailure, bool GivenUp);
