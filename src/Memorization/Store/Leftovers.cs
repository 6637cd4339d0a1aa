using System.Globalization;

namespace Memorization.Store;

/// <summary>Files that a killed run left behind: half written ones, and data files of versions that were never committed.</summary>
/// <remarks>The name of a data file, or of a shard, has the version that it was written for, so that nothing but the names has to be read.</remarks>
internal static class Leftovers
{
    public const string NamePrefix = "data-";

    /// <summary>Full paths of what is left over. The store must be held, or at rest.</summary>
    public static IEnumerable<string> Find(StoreTables tables)
    {
        if (!Directory.Exists(tables.Store)) return [];
        var unfinished = Directory.EnumerateFiles(tables.Store, "*" + Durable.Unfinished, SearchOption.AllDirectories);
        return unfinished.Concat(Tables.All.SelectMany(table => Uncommitted(Path.Combine(tables.Store, table.Name), NamePrefix, tables[table.Name].Version)))
            .Concat(Uncommitted(Path.Combine(tables.Store, BlobShard.Folder), BlobShard.NamePrefix, tables[Tables.Images].Version))
            .Distinct();
    }

    public static void Remove(StoreTables tables)
    {
        foreach (var path in Find(tables).ToList()) File.Delete(path);
    }

    private static IEnumerable<string> Uncommitted(string folder, string prefix, long version) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, prefix + "*", SearchOption.AllDirectories).Where(path => VersionOf(Path.GetFileName(path)[prefix.Length..]) > version)
        : [];

    private static long VersionOf(string rest) =>
        long.TryParse(rest.Split('-', '.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : -1;
}
