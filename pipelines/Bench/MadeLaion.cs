using System.Globalization;
using System.Text;
using ParquetSharp;

namespace Memorization.Pipelines.Bench;

/// <summary>A file as LAION-400M's are, at any size: every caption distinct and PLAIN-encoded, Snappy, row groups of 2^18 rows, nulls where the real one has them.</summary>
/// <remarks>Repeated captions would hide in the dictionary and flatter every reader.</remarks>
internal static class MadeLaion
{
    /// <summary>One row in so many has a keyword; captions of LAION-400M with "van gogh" are 90,000 of 414 million.</summary>
    public const int RowsPerHit = 4500;

    private const int RowsPerGroup = 1 << 18;

    private static readonly string[] Hits = ["van gogh", "Van Gogh", "VAN GOGH", "Vincent van Gogh's", "(Van Gogh)"];

    private static readonly string[] FrequentWords =
        ["the", "of", "in", "and", "for", "with", "a", "on", "by", "from", "photo", "image", "vintage", "art", "print", "poster", "wall", "van", "stock", "-", "|", "&amp;", "&quot;best&quot;", "2019"];

    private static readonly string[] RareWords =
        ["café", "Zürich", "señorita", "naïve", "Ελλάδα", "Москва", "東京", "日本語", "서울", "Größe", "№", "–", "’s", "🎨", "İstanbul", "don&#39;t"];

    private static readonly string[] Syllables =
        ["ba", "cor", "den", "el", "fi", "gan", "hou", "in", "jor", "ka", "lum", "mer", "ni", "or", "pe", "qua", "ris", "sto", "ter", "un", "ves", "wal", "xi", "yor", "zen", "bre", "cla", "dri"];

    private const int VocabularyWords = 40_000;

    private static readonly Column[] Columns =
    [
        new Column<long?>("SAMPLE_ID"), new Column<string?>("URL"), new Column<string?>("TEXT"), new Column<int?>("HEIGHT"), new Column<int?>("WIDTH"),
        new Column<string?>("LICENSE"), new Column<string?>("NSFW"), new Column<double?>("similarity"),
    ];

    /// <summary>Writes the file; the same arguments give the same bytes.</summary>
    public static void Write(string path, int rows, int seed)
    {
        var random = new Random(seed);
        var vocabulary = Vocabulary(random);
        using var builder = new WriterPropertiesBuilder();
        using var properties = builder.Compression(Compression.Snappy).DisableDictionary("URL").DisableDictionary("TEXT").Build();
        using var file = new ParquetFileWriter(path, Columns, properties);
        for (var first = 0; first < rows; first += RowsPerGroup)
        {
            var count = Math.Min(RowsPerGroup, rows - first);
            using var group = file.AppendRowGroup();
            Column(group, count, _ => (long?)random.NextInt64(1L << 42));
            Column(group, count, i => random.Next(5000) == 0 ? null : Url(random, first + i));
            Column(group, count, i => (first + i) % 3001 == 7 ? null : Caption(random, vocabulary, first + i));
            Column(group, count, _ => (int?)random.Next(100, 2000));
            Column(group, count, _ => (int?)random.Next(100, 2000));
            Column(group, count, _ => random.Next(50) == 0 ? "cc-by" : "?");
            Column(group, count, _ => random.Next(100) switch { 0 => null, 1 => "NSFW", < 6 => "UNSURE", _ => "UNLIKELY" });
            Column(group, count, _ => (double?)(0.3 + 0.1 * random.NextDouble() * random.NextDouble()));
        }

        file.Close();
    }

    // About 100 bytes of which most are random, as file names and hashes in real URLs are.
    private static string Url(Random random, int row) => string.Create(
        CultureInfo.InvariantCulture, $"https://cdn{random.Next(4000)}.example.com/{random.NextInt64():x16}/{random.NextInt64():x16}{random.NextInt64():x16}/image-{row}.jpg");

    private static string[] Vocabulary(Random random)
    {
        var words = Enumerable.Range(0, VocabularyWords)
            .Select(_ => string.Concat(Enumerable.Range(0, random.Next(2, 5)).Select(_ => Syllables[random.Next(Syllables.Length)])))
            .Select((word, i) => i % 3 == 0 ? char.ToUpperInvariant(word[0]) + word[1..] : word).ToArray();
        FrequentWords.CopyTo(words, 0);
        for (var i = 0; i < RareWords.Length; i++) words[100 * (i + 1)] = RareWords[i];
        return words;
    }

    private static string Caption(Random random, string[] vocabulary, int row)
    {
        var text = new StringBuilder();
        var words = 3 + (int)(20 * random.NextDouble() * random.NextDouble());
        var hit = row % RowsPerHit == 17 ? random.Next(words) : -1;
        for (var i = 0; i < words; i++)
        {
            // The rank of a word is log-uniform: its frequency falls as 1/rank, as in any language.
            var rank = (int)Math.Pow(vocabulary.Length, random.NextDouble()) - 1;
            text.Append(i == hit ? Hits[random.Next(Hits.Length)] : vocabulary[rank]).Append(' ');
        }

        return text.Append(CultureInfo.InvariantCulture, $"{row:x}").ToString();
    }

    private static void Column<T>(RowGroupWriter group, int count, Func<int, T> value)
    {
        using var column = group.NextColumn().LogicalWriter<T>();
        column.WriteBatch([.. Enumerable.Range(0, count).Select(value)]);
    }
}
