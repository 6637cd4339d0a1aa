namespace Memorization.Pipelines.Demo;

/// <summary>How far a picture is on its way to become another one: both are laid over each other.</summary>
/// <param name="Layout">The other picture's; <see cref="Painting"/>.</param>
/// <param name="Detail">The other picture's.</param>
/// <param name="Step">Steps done, of <paramref name="Steps"/>.</param>
/// <param name="Steps">Steps from the one to the other; 0 if there is no other.</param>
internal readonly record struct Morph(ulong Layout, ulong Detail, int Step, int Steps)
{
    /// <summary>The picture between the two, as far from the first as the steps say. Both have one size.</summary>
    public Raster Between(Raster first, Raster other)
    {
        var between = new Raster(first.Width, first.Height);
        for (var i = 0; i < first.Rgba.Length; i++)
            between.Rgba[i] = (byte)(((first.Rgba[i] * (Steps - Step)) + (other.Rgba[i] * Step) + (Steps / 2)) / Steps);
        return between;
    }
}
