using System.Text;

namespace Memorization.Fetch;

/// <summary>A robots.txt as it concerns us: which paths it disallows.</summary>
/// <remarks>
/// RFC 9309: the groups that name our robot count, or else those for all; of the rules that match a path the longest decides, Allow if two are as
/// long. <c>*</c> stands for any characters, <c>$</c> at the end for the path's end. Immutable.
/// </remarks>
internal sealed class RobotsFile
{
    private const int MaxRules = 10_000;

    private readonly List<(string Path, bool Allows)> _rules = [];

    private RobotsFile()
    {
    }

    /// <summary>A file that allows everything.</summary>
    public static RobotsFile Empty { get; } = new();

    /// <summary>Reads a file; what is not understood is passed over.</summary>
    /// <param name="text">The file.</param>
    /// <param name="robot">The name that groups may address us by.</param>
    public static RobotsFile Parse(string text, string robot)
    {
        var (ours, everyone) = (new RobotsFile(), new RobotsFile());
        bool namesUs = false, namesAll = false, inRules = true, isNamed = false;
        foreach (var line in text.TrimStart('\uFEFF').Split('\n', '\r'))
        {
            var rule = line.AsSpan(0, line.IndexOf('#', StringComparison.Ordinal) is var hash and >= 0 ? hash : line.Length);
            var colon = rule.IndexOf(':');
            if (colon < 0) continue;
            var key = rule[..colon].Trim();
            var value = rule[(colon + 1)..].Trim().ToString();
            if (key.Equals("user-agent", StringComparison.OrdinalIgnoreCase))
            {
                // Names that stand one below the other share the rules that follow.
                if (inRules) namesUs = namesAll = inRules = false;
                // "Memorization/0.1" is how some write it.
                namesUs |= value.Split('/', ' ')[0].Equals(robot, StringComparison.OrdinalIgnoreCase);
                namesAll |= value == "*";
                isNamed |= namesUs;
                continue;
            }

            bool? allows = key.Equals("allow", StringComparison.OrdinalIgnoreCase) ? true : key.Equals("disallow", StringComparison.OrdinalIgnoreCase) ? false : null;
            if (allows is null) continue;
            inRules = true;
            if (value.Length == 0) continue;
            if (namesUs && ours._rules.Count < MaxRules) ours._rules.Add((Normal(value), allows.Value));
            if (namesAll && everyone._rules.Count < MaxRules) everyone._rules.Add((Normal(value), allows.Value));
        }

        return isNamed ? ours : everyone;
    }

    /// <summary>The rule that disallows a URL, as the file has it; null if it is allowed.</summary>
    public string? Disallows(Uri url)
    {
        if (_rules.Count == 0) return null;
        var path = Normal(url.PathAndQuery);
        var longest = _rules.Where(rule => Matches(path, rule.Path)).OrderByDescending(rule => rule.Path.Length).ThenByDescending(rule => rule.Allows).FirstOrDefault();
        return longest.Path is null || longest.Allows ? null : longest.Path;
    }

    // Greedy from star to star, each part at its first place: no pattern takes more than the product of the two lengths.
    private static bool Matches(string path, string rule)
    {
        var isWhole = rule.EndsWith('$');
        var parts = (isWhole ? rule[..^1] : rule).Split('*');
        if (!path.StartsWith(parts[0], StringComparison.Ordinal)) return false;
        var at = parts[0].Length;
        for (var i = 1; i < parts.Length; i++)
        {
            if (isWhole && i == parts.Length - 1) return path.Length - at >= parts[i].Length && path.EndsWith(parts[i], StringComparison.Ordinal);
            var found = path.IndexOf(parts[i], at, StringComparison.Ordinal);
            if (found < 0) return false;
            at = found + parts[i].Length;
        }

        return !isWhole || at == path.Length;
    }

    // Percent-encoding in one form: what needs none is written out, the rest in capitals, so that the two sides compare as bytes.
    private static string Normal(string path)
    {
        var result = new StringBuilder(path.Length);
        var bytes = Encoding.UTF8.GetBytes(path);
        for (var i = 0; i < bytes.Length; i++)
        {
            var value = bytes[i];
            var isEncoded = value == '%' && i + 2 < bytes.Length && char.IsAsciiHexDigit((char)bytes[i + 1]) && char.IsAsciiHexDigit((char)bytes[i + 2]);
            if (isEncoded)
            {
                value = Convert.FromHexString([(char)bytes[i + 1], (char)bytes[i + 2]])[0];
                i += 2;
            }

            var isPlain = isEncoded ? char.IsAsciiLetterOrDigit((char)value) || "-._~".Contains((char)value, StringComparison.Ordinal) : value is > 0x20 and < 0x7F;
            if (isPlain) result.Append((char)value);
            else result.Append('%').Append(value.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return result.ToString();
    }
}
