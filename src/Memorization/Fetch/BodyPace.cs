namespace Memorization.Fetch;

/// <summary>Whether a body comes fast enough. Its first ten seconds are not counted; one that does not come at all is the deadline's business.</summary>
internal readonly struct BodyPace(int minBytesPerSecond, TimeProvider time)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly long _start = time.GetTimestamp();

    public bool IsTooSlow(int bytes) => minBytesPerSecond > 0 && time.GetElapsedTime(_start) - Grace is { Ticks: > 0 } counted && bytes < minBytesPerSecond * counted.TotalSeconds;
}
