using Memorization.Statistics;

namespace Memorization.Tests.Analysis;

/// <summary>Rows with random captions of words with heavy-tailed frequencies; some families have words of their own.</summary>
internal static class MadeCaptions
{
    /// <summary>Words of which the n-th is n times rarer than the first.</summary>
    public static string Zipf(SplitMix64 random, int words)
    {
        var sum = Enumerable.Range(1, words).Sum(n => 1.0 / n);
        var at = (random.Next() >> 11) * Math.Pow(2, -53) * sum;
        for (var n = 1; n < words; n++)
            if ((at -= 1.0 / n) < 0) return $"q{(char)('a' + n / 26)}{(char)('a' + n % 26)}";
        return "qzz";
    }

    /// <summary>Five families and single images, a shop's template, numbers, repeated captions, keywords that are not everywhere, and rows without an image.</summary>
    public static List<PlanarRow> Rows(ulong seed, int count = 220)
    {
        var random = new SplitMix64(seed);
        List<PlanarRow> rows = [];
        for (var number = 1; number <= count; number++)
        {
            var family = Math.Min(random.Below(6), random.Below(6));
            var offset = random.Below(9);
            var words = Enumerable.Range(0, 2 + random.Below(4)).Select(_ => Zipf(random, 20)).ToList();
            if (random.Below(10) < 7) words.InsertRange(random.Below(words.Count), ["van", "gogh"]);
            if (random.Below(4) == 0) words.Add("the");
            if (random.Below(6) == 0) words.Add($"{1880 + random.Below(5)}");
            if (family == 1 && random.Below(10) < 6) words.AddRange(["almond", "blossoming"]);
            if (family == 2 && random.Below(10) < 5) words.Add("sunflower");
            if (family == 2 && random.Below(10) < 6) words.AddRange(["red", "cup", "table"]);
            switch (random.Below(40))
            {
                case < 4: words.Add("almond"); break;
                case < 8: words.Add("blossoming"); break;
                case < 11: words.AddRange(["red", "cup"]); break;
                case < 14: words.AddRange(["cup", "table"]); break;
                case < 17: words.AddRange(["table", "red"]); break;
            }

            var host = $"host{random.Below(3)}.test";
            if (family == 3 && random.Below(2) == 0) (words, host) = (["shaw", "floors", "carpet", Zipf(random, 20), $"{random.Below(3)}mm"], "shop.test");
            if (random.Below(15) == 0) words = ["van", "gogh", "poster"];
            rows.Add(new PlanarRow(number, family * 10 + offset, family * 1.03 + (offset - 4) * 0.07, string.Join(' ', words)) { Host = host, IsMissing = random.Below(8) == 0 });
        }

        return rows;
    }
}
