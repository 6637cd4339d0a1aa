using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Memorization.Flow;

namespace Memorization.Pipelines.Demo;

/// <summary>One row of the demo's metadata and what stands behind its URL.</summary>
internal sealed record DemoRow
{
    public required long SampleId { get; init; }

    /// <summary>As the metadata has it: entities, spaces and non-ASCII included.</summary>
    public required string? Url { get; init; }

    public required string? Caption { get; init; }

    /// <summary>The host in <see cref="Url"/>; the server finds the row by it and by the path.</summary>
    public required string Host { get; init; }

    /// <summary>The path in <see cref="Url"/>, decoded.</summary>
    public required string Path { get; init; }

    public required DemoPicture Picture { get; init; }

    public double Similarity { get; init; }

    public string? License { get; init; }

    public string? Nsfw { get; init; }

    /// <summary>The planted family; null if the picture is the only one of its kind.</summary>
    public int? Family { get; init; }

    public DemoFault? Fault { get; init; }

    /// <summary>How a study of <see cref="DemoWorld.Keywords"/> ends the row; null if it stores it.</summary>
    public Reason? Ends { get; init; }

    /// <summary>Whether a flag is in the picture.</summary>
    public bool HasFlag => Picture.Flag != 0;

    /// <summary>Whether the caption has the object's keyword or one of its controls.</summary>
    public bool IsSpace => Has(SpaceCaptions.Keyword) || SpaceCaptions.Controls.Any(Has);

    /// <summary><see cref="Key"/> as 32 hexadecimal digits.</summary>
    public string HexKey => Hex(Key);

    /// <summary>XXH128 of the URL's bytes, a line feed and the caption's bytes.</summary>
    public UInt128 Key => XxHash128.HashToUInt128(Encoding.UTF8.GetBytes($"{Url}\n{Caption}"));

    /// <summary>A key as 32 hexadecimal digits.</summary>
    public static string Hex(UInt128 key) => key.ToString("x32", CultureInfo.InvariantCulture);

    /// <summary>Whether every word of <paramref name="words"/> stands in the caption; the demo's captions have no other spelling of its keywords.</summary>
    public bool Has(string words) => Caption is not null && words.Split(' ').All(word => DemoCaptions.Words(Caption).Contains(word, StringComparer.OrdinalIgnoreCase));
}
