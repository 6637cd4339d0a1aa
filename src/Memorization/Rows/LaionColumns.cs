using ParquetSharp;

namespace Memorization.Rows;

/// <summary>The names a column may have, compared without case. The first name found wins; of two columns that differ in case alone, the first in the file.</summary>
/// <remarks>LAION's own names are URL and TEXT. url and caption come from img2dataset, text and alt from other releases. Where a release adds captions of its own
/// beside TEXT, TEXT is what the models were trained on, so it comes first.</remarks>
internal sealed record ColumnNames
{
    public static ColumnNames Laion { get; } = new();

    public IReadOnlyList<string> Url { get; init; } = ["URL"];

    public IReadOnlyList<string> Caption { get; init; } = ["TEXT", "caption", "alt"];

    public IReadOnlyList<string> Width { get; init; } = ["WIDTH"];

    public IReadOnlyList<string> Height { get; init; } = ["HEIGHT"];

    public IReadOnlyList<string> Similarity { get; init; } = ["similarity"];

    public IReadOnlyList<string> License { get; init; } = ["LICENSE"];

    public IReadOnlyList<string> Nsfw { get; init; } = ["NSFW"];
}

/// <summary>A plain (not nested, not repeated) column of a file.</summary>
internal sealed record PlainColumn(int Index, string Name, PhysicalType Type, bool IsDecimal, bool IsNullable);

/// <summary>Which of a file's columns hold what. Only these are read.</summary>
internal sealed record LaionColumns(
    PlainColumn Url, PlainColumn Caption, PlainColumn? Width, PlainColumn? Height, PlainColumn? Similarity, PlainColumn? License, PlainColumn? Nsfw)
{
    private const int MaxNamesInMessage = 20;

    /// <summary>Finds the columns. URL and caption must be there as plain byte arrays; any other that is missing, or of a type it should not have, reads as null.</summary>
    /// <exception cref="BrokenInputException">No usable URL or caption column.</exception>
    public static LaionColumns Find(string file, SchemaDescriptor schema, ColumnNames names)
    {
        var leaves = Enumerable.Range(0, schema.NumColumns).Select(index => Leaf(schema, index)).ToList();
        return new(
            Required(names.Url, "URL"), Required(names.Caption, "caption"),
            Optional(names.Width, IsNumber), Optional(names.Height, IsNumber), Optional(names.Similarity, IsNumber),
            Optional(names.License, IsText), Optional(names.Nsfw, IsText));

        (string Root, PlainColumn? Plain)? Named(IReadOnlyList<string> wanted) => wanted
            .SelectMany(name => leaves.Where(leaf => leaf.Root.Equals(name, StringComparison.OrdinalIgnoreCase)))
            .Select(leaf => ((string, PlainColumn?)?)leaf)
            .FirstOrDefault();

        PlainColumn? Optional(IReadOnlyList<string> wanted, Predicate<PlainColumn> isUsable) =>
            Named(wanted)?.Plain is { } column && isUsable(column) ? column : null;

        PlainColumn Required(IReadOnlyList<string> wanted, string what) => Named(wanted) switch
        {
            null => throw new BrokenInputException(
                file, $"no {what} column: looked for {string.Join(", ", wanted)} in any case; the file has {Has(leaves.Select(leaf => leaf.Root))}"),
            (var root, null) => throw new BrokenInputException(file, "it is nested or repeated; a plain text column is needed", column: root),
            (var root, { } plain) => IsText(plain)
                ? plain
                : throw new BrokenInputException(file, $"it holds {plain.Type} values; a plain text column is needed", column: root),
        };
    }

    private static (string Root, PlainColumn? Plain) Leaf(SchemaDescriptor schema, int index)
    {
        var descriptor = schema.Column(index);
        using var path = descriptor.Path;
        var steps = path.ToDotVector();
        var isPlain = steps.Length == 1 && descriptor.MaxRepetitionLevel == 0;
        return (steps[0], isPlain
            ? new PlainColumn(index, steps[0], descriptor.PhysicalType, descriptor.TypePrecision > 0, descriptor.MaxDefinitionLevel > 0)
            : null);
    }

    // Text written without the UTF8 annotation is a byte array as well.
    private static bool IsText(PlainColumn column) => column.Type is PhysicalType.ByteArray;

    // A decimal's integer is not its value.
    private static bool IsNumber(PlainColumn column) =>
        !column.IsDecimal && column.Type is PhysicalType.Int32 or PhysicalType.Int64 or PhysicalType.Float or PhysicalType.Double;

    private static string Has(IEnumerable<string> roots)
    {
        var distinct = roots.Distinct().ToList();
        var shown = string.Join(", ", distinct.Take(MaxNamesInMessage));
        return distinct.Count switch
        {
            0 => "no columns",
            > MaxNamesInMessage => $"{shown} and {distinct.Count - MaxNamesInMessage} more",
            _ => shown,
        };
    }
}
