using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Memorization.Configuration;

namespace Memorization.Store;

/// <summary>One writer at a time.</summary>
/// <remarks>
/// On one host the operating system keeps the lock, and frees it when its process is gone. Where a store is shared between hosts, whose systems may know
/// nothing of each other's locks, the file beside it counts: the owner renews it, another host may take it over once it was not renewed for
/// <see cref="Silence"/>, and an owner that finds another's name in it, or could not renew it for so long, commits nothing any more.
/// </remarks>
internal sealed class StoreLock : IDisposable
{
    /// <summary>How long an owner on another host may be silent before it counts as gone.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromMinutes(5);

    /// <summary>The file with the owner's name.</summary>
    public const string OwnerFile = "LOCK.owner.json";

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private readonly FileStream _file;
    private readonly string _ownerPath;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _renewal = new();
    private Owner _owner;

    private StoreLock(FileStream file, string ownerPath, Owner owner, TimeProvider time)
    {
        (_file, _ownerPath, _owner, _time) = (file, ownerPath, owner, time);
        _timer = time.CreateTimer(_ => Renew(), null, Heartbeat, Heartbeat);
    }

    /// <summary>Takes the lock of a store.</summary>
    /// <exception cref="SetupException">Another process holds it, or the folder cannot be written.</exception>
    public static StoreLock Take(string store, TimeProvider time)
    {
        var ownerPath = Path.Combine(store, OwnerFile);
        FileStream? file = null;
        try
        {
            Directory.CreateDirectory(store);
            file = Open(Path.Combine(store, "LOCK")) ?? throw Held(store, Read(ownerPath));
            var now = time.GetUtcNow();
            if (Read(ownerPath) is { } other && other.Host != Environment.MachineName && now - other.Renewed < Silence) throw Held(store, other);
            var owner = new Owner(Environment.MachineName, Environment.ProcessId, now, now, RandomNumberGenerator.GetHexString(16, lowercase: true));
            Write(ownerPath, owner);
            return new StoreLock(file, ownerPath, owner, time);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw new SetupException($"cannot write the store {store}: {exception.Message.ReplaceLineEndings(" ")}; name a folder that can be written as store.path", exception);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    /// <summary>Checks, before anything is committed, that the store is still this process's.</summary>
    /// <exception cref="StoreLostException">It is not.</exception>
    public void ThrowIfLost()
    {
        lock (_renewal)
        {
            var found = Read(_ownerPath);
            if (found?.Token != _owner.Token)
                throw new StoreLostException($"the store is now held by {Describe(found)}; what was not committed before is not stored: run the study again");
            if (_time.GetUtcNow() - found.Renewed >= Silence)
                throw new StoreLostException($"the lock of the store could not be renewed for {Silence.TotalMinutes:0} minutes, so that another host may have taken it; run the study again");
        }
    }

    /// <summary>Gives the lock back, if it still is this process's.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_renewal)
        {
            if (Read(_ownerPath)?.Token == _owner.Token) File.Delete(_ownerPath);
        }

        _file.Dispose();
    }

    private void Renew()
    {
        lock (_renewal)
        {
            try
            {
                if (Read(_ownerPath)?.Token != _owner.Token) return;
                var renewed = _owner with { Renewed = _time.GetUtcNow() };
                Write(_ownerPath, renewed);
                _owner = renewed;
            }
            catch (Exception exception) when (Durable.IsUnwritable(exception))
            {
                // The next beat tries again; before a commit the silence is measured.
            }
        }
    }

    // Null if another process has it open.
    private static FileStream? Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (exception is not (FileNotFoundException or DirectoryNotFoundException) && File.Exists(path) && IsShared(exception))
        {
            return null;
        }
    }

    // Windows: ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION. Unix: EWOULDBLOCK, 11 on Linux and 35 on macOS.
    private static bool IsShared(IOException exception) => (exception.HResult & 0xFFFF) is 32 or 33 || exception.HResult is 11 or 35;

    private static SetupException Held(string store, Owner? owner) =>
        new($"the store {store} is held by {Describe(owner)}; wait for it to end, or stop it");

    private static string Describe(Owner? owner) => owner is null ? "another process" : string.Create(
        CultureInfo.InvariantCulture, $"process {owner.ProcessId} on {owner.Host} since {owner.Since:u}, last heard of {owner.Renewed:u}");

    // Whole or not there, so that nobody reads half a name; it need not outlive a power cut.
    private static void Write(string path, Owner owner)
    {
        var unfinished = Durable.UnfinishedName(path);
        File.WriteAllText(unfinished, JsonSerializer.Serialize(owner, StoreJson.Options));
        File.Move(unfinished, path, overwrite: true);
    }

    private static Owner? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Owner>(File.ReadAllText(path), StoreJson.Options);
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private sealed record Owner(string Host, int ProcessId, DateTimeOffset Since, DateTimeOffset Renewed, string Token);
}
