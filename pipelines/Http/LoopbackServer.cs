using System.Net;
using Memorization.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Memorization.Pipelines.Http;

/// <summary>A web server on 127.0.0.1. Stops when disposed; leaves Ctrl+C to the verb; writes no log.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LoopbackServer(WebApplication app, int port) => (_app, Port) = (app, port);

    /// <summary>The port it listens on.</summary>
    public int Port { get; }

    /// <summary>Starts one.</summary>
    /// <param name="port">0 for any that is free.</param>
    /// <param name="serve">Answers a request.</param>
    /// <param name="option">The option that names the port, for the error.</param>
    /// <param name="stop">Stops the start.</param>
    /// <exception cref="SetupException">The port is in use or not allowed.</exception>
    public static async Task<LoopbackServer> StartAsync(int port, RequestDelegate serve, string option, CancellationToken stop)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.AddServerHeader = false;
            // A client that reads slowly is not the server's business here.
            kestrel.Limits.MinResponseDataRate = null;
        });
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        var app = builder.Build();
        app.Run(serve);
        try
        {
            await app.StartAsync(stop).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or AddressInUseException or System.Net.Sockets.SocketException)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw new SetupException($"{option} {port}: cannot listen on 127.0.0.1:{port}: {exception.Message.ReplaceLineEndings(" ")}; name a port that is free", exception);
        }

        var addresses = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>();
        return new LoopbackServer(app, new Uri(addresses.Addresses.Single()).Port);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Not StopAsync's grace: slow bodies would hold it to the end.
        using var now = new CancellationTokenSource();
        await now.CancelAsync().ConfigureAwait(false);
        await _app.StopAsync(now.Token).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The default lifetime would stop the server at the first Ctrl+C, while the run still drains.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
