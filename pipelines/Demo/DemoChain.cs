namespace Memorization.Pipelines.Demo;

/// <summary>The frames of a film in which one painting turns into another, and that one into a third: neighbours are near-identical, the ends have nothing in common.</summary>
/// <remarks>Single linkage makes one family of them, as it does of a real series; the star cover has to say that it is none.</remarks>
internal static class DemoChain
{
    /// <summary>Frames from the first painting to the last.</summary>
    public const int Frames = (Legs * StepsPerLeg) + 1;

    private const int Legs = 2;
    private const int StepsPerLeg = 12;

    /// <summary>The frames in order.</summary>
    /// <param name="paintings">The paintings in order, one more than there are legs; the frames have the first one's size.</param>
    public static IReadOnlyList<DemoPicture> Of(IReadOnlyList<DemoPicture> paintings) =>
    [
        .. Enumerable.Range(0, Frames - 1).Select(frame =>
        {
            var (from, to) = (paintings[frame / StepsPerLeg], paintings[(frame / StepsPerLeg) + 1]);
            return paintings[0] with { Layout = from.Layout, Detail = from.Detail, Morph = new Morph(to.Layout, to.Detail, frame % StepsPerLeg, StepsPerLeg) };
        }),
        paintings[0] with { Layout = paintings[Legs].Layout, Detail = paintings[Legs].Detail },
    ];
}
