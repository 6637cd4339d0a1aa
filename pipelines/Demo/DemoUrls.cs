namespace Memorization.Pipelines.Demo;

/// <summary>URLs as the web writes them: 48 hosts below <c>demo.test</c>, http, no port, some with entities, spaces or letters outside ASCII.</summary>
internal sealed class DemoUrls(DemoRandom random)
{
    /// <summary>The domain all hosts lie in.</summary>
    public const string Domain = "demo.test";

    private static readonly string[] Names = ["img", "cdn", "static", "media", "images", "shop", "art", "prints", "gallery", "photos", "assets", "i"];
    private static readonly string[] Folders = ["wp-content/uploads/2019/03", "images/I", "products", "media/catalog/product", "img", "assets/large", "i/0", "photos"];
    private static readonly string[] Slugs = ["van-gogh-print", "vincent", "art_print", "wall-decor", "IMG", "poster", "il_570xN", "painting"];

    /// <summary>Number of hosts; the first rows of a world use each once.</summary>
    public static int Hosts => Names.Length * 4;

    /// <summary>Number of the host of one of four shops.</summary>
    public static int HostOf(int shop) => (Array.IndexOf(Names, "shop") * 4) + shop;

    /// <summary>A URL that no other <paramref name="number"/> has, with its host and its decoded path.</summary>
    /// <param name="number">The row's.</param>
    /// <param name="fixedHost">Number of the host; null for any.</param>
    public (string Url, string Host, string Path) Next(int number, int? fixedHost = null)
    {
        var at = fixedHost ?? (number < Hosts ? number : random.Below(Hosts));
        var host = $"{Names[at / 4]}{(at % 4) + 1}.{Domain}";
        var slug = random.Pick(Slugs);
        var (name, query) = random.Below(40) switch
        {
            0 => ($"van gogh {slug}-{number}", ""),
            1 => ($"été-{slug}-{number}", ""),
            < 5 => ($"{slug}-{number}", "?w=640&amp;h=480"),
            < 10 => ($"{slug}-{number}", $"?v={random.Below(90)}"),
            _ => ($"{slug}-{number}", ""),
        };
        var path = $"/{random.Pick(Folders)}/{name}.jpg";
        return ($"http://{host}{path}{query}", host, path);
    }
}
