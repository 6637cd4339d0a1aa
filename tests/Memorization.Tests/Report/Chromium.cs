using Microsoft.Playwright;
using Xunit;

namespace Memorization.Tests.Report;

/// <summary>The browser of the system, driven by Playwright's own driver; nothing is downloaded. $CHROMIUM names another.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Arguments =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    private static string Executable => Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium";

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Executable)) return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Executable, Args = Arguments });
    }

    /// <summary>Opens a file in a window of its own; skips the test where there is no browser.</summary>
    public async Task<OpenPage> OpenAsync(string file, int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        if (_browser is null) Assert.Skip($"needs {Executable}; install chromium or name one with $CHROMIUM");
        var page = await _browser.NewPageAsync(new BrowserNewPageOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
        });
        var open = new OpenPage(page);
        await page.GotoAsync(new Uri(file).AbsoluteUri);
        return open;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>A page and what it said and asked for since it was opened.</summary>
    public sealed class OpenPage : IAsyncDisposable
    {
        internal OpenPage(IPage page)
        {
            Page = page;
            page.Console += (_, message) => Messages.Add($"{message.Type}: {message.Text}");
            page.PageError += (_, error) => Messages.Add(error);
            page.Request += (_, request) =>
            {
                if (!request.Url.StartsWith("data:", StringComparison.Ordinal)) Requests.Add(request.Url);
            };
        }

        public IPage Page { get; }

        public List<string> Messages { get; } = [];

        public List<string> Requests { get; } = [];

        public async ValueTask DisposeAsync() => await Page.CloseAsync();
    }
}
