namespace Memorization.Pipelines.Demo;

/// <summary>Adds the rows that fail, and gives faults that a second request mends to rows that are there.</summary>
/// <remarks>The rows that end here have captions with "van gogh" and pictures of their own: what fails takes nothing from any planted share.</remarks>
internal sealed class DemoFaultRows(DemoDraft draft, DemoCaptions captions, DemoRandom random)
{
    /// <summary>Adds each fault once for every thousand rows.</summary>
    public void Add(int rows)
    {
        foreach (var fault in Enum.GetValues<DemoFault>())
        {
            // Every slow body costs a client its whole deadline.
            var count = fault == DemoFault.SlowBody ? 2 : rows / 1000;
            for (var i = 0; i < count; i++) Add(fault);
        }
    }

    private void Add(DemoFault fault)
    {
        if (fault.Ends() is not { } ends)
        {
            // Members of families, too: a row that took a second request is as good as any.
            var at = draft.PlainRow();
            draft[at] = draft[at] with { Fault = fault };
            return;
        }

        if (fault == DemoFault.DuplicateRow)
        {
            draft.AddAgain(fault, ends);
            return;
        }

        switch (fault)
        {
            case DemoFault.NullCaption: draft.Add(null, draft.NewPicture(), ends: ends); break;
            case DemoFault.LongCaption: draft.Add(captions.OfTokens(DemoCaptions.ContextTokens + 1), draft.NewPicture(), ends: ends); break;
            case DemoFault.KeywordInsideWord: draft.Add(captions.KeywordInsideWord(), draft.NewPicture(), ends: ends); break;
            default: draft.AddDressed(captions.OfAnyWork(), draft.NewPicture(), ends: ends); break;
        }

        var number = draft.Count;
        var row = draft[number - 1];
        draft[number - 1] = row with
        {
            Fault = fault,
            Url = fault switch
            {
                DemoFault.NullUrl => null,
                DemoFault.BadUrl => random.Pick(["http://", $"van-gogh-{number}.jpg", $"http:// /poster {number}.jpg", $"//{number}"]),
                DemoFault.UnsupportedScheme => $"ftp://{row.Host}{row.Path}",
                DemoFault.PrivateHost => $"http://192.168.0.{number % 250}{row.Path}",
                _ => row.Url,
            },
        };
    }
}
