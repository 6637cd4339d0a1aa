using System.Diagnostics.CodeAnalysis;

namespace Memorization.Flow;

/// <summary>Why a stage did not keep a row: the reason and, where it helps, what exactly was seen.</summary>
/// <param name="Reason">The closed reason that is counted.</param>
/// <param name="Detail">What was seen ("HTTP 404", "91 tokens"); no line breaks, never a secret.</param>
public record Rejection(Reason Reason, string? Detail = null);

/// <summary>What a stage says of one row: kept, with the value for the next stage, or rejected, with the reason.</summary>
/// <remarks>A stage returns the value or a <see cref="Flow.Rejection"/>; both convert. An expected failure (dead link, long caption, bad JPEG) is an outcome. An exception is a bug or a broken environment.</remarks>
/// <typeparam name="T">What the row now is.</typeparam>
public readonly struct Outcome<T>
    where T : class
{
    private readonly T? _value;

    private Outcome(T? value, Rejection? rejection)
    {
        _value = value;
        Rejection = rejection;
    }

    /// <summary>Why the row ends here; null if it goes on.</summary>
    public Rejection? Rejection { get; }

    /// <summary>True, with the value, if the row goes on.</summary>
    public bool IsKept([NotNullWhen(true)] out T? value)
    {
        value = _value;
        return value is not null;
    }

    /// <summary>The row goes on as <paramref name="value"/>.</summary>
    public static implicit operator Outcome<T>(T value) => new(value ?? throw new ArgumentNullException(nameof(value)), null);

    /// <summary>The row ends here.</summary>
    public static implicit operator Outcome<T>(Rejection rejection) =>
        new(null, rejection ?? throw new ArgumentNullException(nameof(rejection)));

    /// <summary>"kept", or the reason and its detail.</summary>
    public override string ToString() => Rejection is { } no ? $"{no.Reason}: {no.Detail}" : "kept";
}
