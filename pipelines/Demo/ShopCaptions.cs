using System.Globalization;

namespace Memorization.Pipelines.Demo;

/// <summary>Captions of shops that fill in a template: dozens of products of one shop, a name and a number each, all beside one photograph.</summary>
/// <remarks>A count of captions takes the template's words for as many independent witnesses as there are products; they are one.</remarks>
internal static class ShopCaptions
{
    // {0} is the product, {1} its number. The three words that a shop's captions begin or end with are its own.
    private static readonly string[] Templates =
    [
        "Harrow Floors Plank - Van Gogh Collection - {0} {1}",
        "{0} {1} of the Van Gogh range - Meadowbrook Carpet Tiles",
        "Oldgate Runners Wool - Van Gogh {0} no. {1}",
        "Van Gogh {0} {1} per sq m | Northfield Stone Outlet",
    ];

    private static readonly string[] Shades = ["Smoked", "Ivory", "Golden", "Silver", "Winter", "Burnt", "Coastal", "Pale", "Amber", "Rustic"];
    private static readonly string[] Materials = ["Oak", "Slate", "Maple", "Pine", "Sisal", "Teak", "Travertine", "Ash"];

    /// <summary>The caption of a shop's product; no two products of fewer than 80 have one name.</summary>
    public static string Of(int shop, int product, DemoRandom random) => string.Format(
        CultureInfo.InvariantCulture, Templates[shop], $"{Shades[product % Shades.Length]} {Materials[product / Shades.Length % Materials.Length]}", 1000 + random.Below(9000));
}
