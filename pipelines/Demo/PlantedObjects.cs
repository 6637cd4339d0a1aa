namespace Memorization.Pipelines.Demo;

/// <summary>In how many of the rows that can be stored the planted object is in the picture.</summary>
/// <param name="Name">The object's name in the study.</param>
/// <param name="Keyword">The word of the rows in question.</param>
/// <param name="UnnamedRows">Rows with it whose caption does not name the object.</param>
/// <param name="UnnamedWithObject">Those of them with the object.</param>
/// <param name="NamedRows">Rows with the keyword whose caption names the object.</param>
/// <param name="NamedWithObject">Those of them with the object.</param>
/// <param name="ControlRows">Rows with a control's word.</param>
/// <param name="ControlWithObject">Those of them with the object.</param>
internal sealed record PlantedObjects(
    string Name, string Keyword, int UnnamedRows, int UnnamedWithObject, int NamedRows, int NamedWithObject, int ControlRows, int ControlWithObject)
{
    /// <summary>Counts a world's rows.</summary>
    public static PlantedObjects Of(IEnumerable<DemoRow> rows)
    {
        var space = rows.Where(row => row.Ends is null).Select(row => (row.HasFlag, IsKeyword: row.Has(SpaceCaptions.Keyword), IsNamed: SpaceCaptions.Aliases.Any(row.Has), IsControl: SpaceCaptions.Controls.Any(row.Has))).ToList();
        return new PlantedObjects(
            DemoObject.Name, SpaceCaptions.Keyword,
            space.Count(row => row is { IsKeyword: true, IsNamed: false }), space.Count(row => row is { IsKeyword: true, IsNamed: false, HasFlag: true }),
            space.Count(row => row is { IsKeyword: true, IsNamed: true }), space.Count(row => row is { IsKeyword: true, IsNamed: true, HasFlag: true }),
            space.Count(row => row is { IsKeyword: false, IsControl: true }), space.Count(row => row is { IsKeyword: false, IsControl: true, HasFlag: true }));
    }
}
