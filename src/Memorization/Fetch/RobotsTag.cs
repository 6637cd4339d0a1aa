using System.Collections.Frozen;
using System.Globalization;
using System.Net.Http.Headers;

namespace Memorization.Fetch;

/// <summary>Reads X-Robots-Tag and TDM-Reservation: whether the publisher says no to this use, in the answer's headers.</summary>
/// <remarks>
/// A value may begin with a robot's name ("otherbot: noindex, nofollow"); the directives up to the next name are for that robot alone.
/// Source: developers.google.com/search/docs/crawling-indexing/robots-meta-tag. Thread-safe.
/// </remarks>
/// <param name="directives">Those that count.</param>
/// <param name="robot">The name by which we are addressed.</param>
internal sealed class RobotsTag(IEnumerable<string> directives, string robot)
{
    // W3C TDM Reservation Protocol: 1 says that the rights to mine the text and data are reserved.
    private const string TdmReservation = "tdm-reservation";
    private const string UnavailableAfter = "unavailable_after";

    private readonly FrozenSet<string> _counted = directives.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The first header and directive that count, or null.</summary>
    public string? OptOut(HttpResponseHeaders headers, DateTimeOffset now)
    {
        if (_counted.Contains(TdmReservation) && headers.NonValidated.TryGetValues(TdmReservation, out var reserved) && reserved.Any(value => value.Trim() == "1")) return TdmReservation + ": 1";
        if (!headers.NonValidated.TryGetValues("X-Robots-Tag", out var lines)) return null;
        foreach (var line in lines)
        {
            if (OptOut(line, now) is { } directive) return $"X-Robots-Tag: {directive}";
        }

        return null;
    }

    internal string? OptOut(string line, DateTimeOffset now)
    {
        var forUs = true;
        while (line.Length > 0)
        {
            var comma = line.IndexOf(',', StringComparison.Ordinal);
            var piece = comma < 0 ? line : line[..comma];
            var colon = piece.IndexOf(':', StringComparison.Ordinal);
            var name = (colon < 0 ? piece : piece[..colon]).Trim().ToLowerInvariant();
            if (colon >= 0 && name == UnavailableAfter)
            {
                // A date has commas and colons of its own: nothing is read after it.
                return forUs && _counted.Contains(name) && HasPassed(line[(colon + 1)..], now) ? name : null;
            }

            if (colon >= 0 && !name.StartsWith("max-", StringComparison.Ordinal))
            {
                forUs = name == "*" || name.Equals(robot, StringComparison.OrdinalIgnoreCase);
                line = line[(colon + 1)..];
                continue;
            }

            if (forUs && name.Split(' ').FirstOrDefault(Counts) is { } counted) return counted;
            line = comma < 0 ? "" : line[(comma + 1)..];
        }

        return null;
    }

    private bool Counts(string directive) => _counted.Contains(directive == "none" ? "noindex" : directive) && directive != UnavailableAfter;

    // RFC 822, RFC 850 and ISO 8601 dates occur. The weekday says nothing new; a zone's name is read as UTC: hours do not matter to what expired.
    // More directives may follow the date, so the longest part up to a comma that is a date counts. What is no date is ignored.
    private static bool HasPassed(string text, DateTimeOffset now)
    {
        text = text.Trim();
        var comma = text.IndexOf(',', StringComparison.Ordinal);
        if (comma > 0 && text[..comma].All(char.IsAsciiLetter)) text = text[(comma + 1)..];
        while (text.Length > 0)
        {
            var date = text.TrimEnd();
            var zone = date.AsSpan().LastIndexOf(' ');
            if (zone > 0 && date.AsSpan(zone + 1) is var word && word.Length > 2 && !word.ContainsAnyExceptInRange('A', 'Z')) date = date[..zone];
            if (DateTimeOffset.TryParse(date, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end)) return end <= now;
            text = text[..Math.Max(0, text.LastIndexOf(','))];
        }

        return false;
    }
}
