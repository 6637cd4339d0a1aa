using Memorization.Analysis;

namespace Memorization.Report;

/// <summary>The hosts whose images could not be had, with the reasons.</summary>
internal static class HostSection
{
    private static readonly Column[] Columns = [new("Host", IsNumber: false), new("Rows"), new("Stored"), new("Failed"), new("Failed for", IsNumber: false)];

    public static Html Render(ReportData data)
    {
        var shown = data.FailingHosts.Take(data.Study.Report.FailingHosts).ToList();
        if (shown.Count == 0) return Html.Of($"<p>Hosts asked: {data.Hosts}. None failed.</p>");
        return Html.Of($"""
            <p>Hosts asked for images of rows that the filter keeps: {data.Hosts}. Hosts that failed at least once: {data.FailingHosts.Count}.
            {(shown.Count < data.FailingHosts.Count ? Html.Of($"The {shown.Count} with most failures:") : default)}</p>
            {SortableTable.Of("Failures by host", "hosts", ReportTables.Hosts(data, shown.Count), Columns, Html.Each(shown, Row))}
            """);
    }

    private static Html Row(HostOutcome host) => Html.Of($"""
        <tr><th scope="row"><bdi>{host.Host}</bdi></th><td class="number">{host.Rows}</td><td class="number">{host.Stored}</td><td class="number">{host.Failed}</td><td>{Html.Each(host.Reasons, reason => Html.Of($"<span class=\"word\">{reason.Key.ToString()} <small>{reason.Value}</small></span> "))}</td></tr>

        """);
}
