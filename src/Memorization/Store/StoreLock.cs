using System.Globalization;
using System.Text.Json;
using Memorization.Configuration;

namespace Memorization.Store;

/// <summary>One writer at a time. The operating system frees the lock of a process that is gone.</summary>
internal sealed class StoreLock : IDisposable
{
    private readonly FileStream _file;
    private readonly string _ownerPath;

    private StoreLock(FileStream file, string ownerPath)
    {
        _file = file;
        _ownerPath = ownerPath;
    }

    /// <summary>Takes the lock of a store.</summary>
    /// <exception cref="SetupException">Another process holds it, or the folder cannot be written.</exception>
    public static StoreLock Take(string store, TimeProvider time)
    {
        var ownerPath = Path.Combine(store, "LOCK.owner.json");
        FileStream file;
        try
        {
            Directory.CreateDirectory(store);
            file = new FileStream(Path.Combine(store, "LOCK"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(ownerPath))
        {
            throw new SetupException($"the store {store} is held by {OwnerOf(ownerPath)}; wait for it to end, or stop it");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"cannot write the store {store}: {exception.Message.ReplaceLineEndings(" ")}; name a folder that can be written as store.path", exception);
        }

        try
        {
            var owner = new Owner(Environment.MachineName, Environment.ProcessId, time.GetUtcNow());
            File.WriteAllText(ownerPath, JsonSerializer.Serialize(owner, StoreJson.Options));
            return new StoreLock(file, ownerPath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            file.Dispose();
            throw new SetupException($"cannot write the store {store}: {exception.Message.ReplaceLineEndings(" ")}; name a folder that can be written as store.path", exception);
        }
    }

    /// <summary>Gives the lock back.</summary>
    public void Dispose()
    {
        File.Delete(_ownerPath);
        _file.Dispose();
    }

    private static string OwnerOf(string path)
    {
        try
        {
            var owner = JsonSerializer.Deserialize<Owner>(File.ReadAllText(path), StoreJson.Options);
            return owner is null ? "another process" : string.Create(
                CultureInfo.InvariantCulture, $"process {owner.ProcessId} on {owner.Host} since {owner.Since:u}");
        }
        catch (Exception exception) when (exception is JsonException or IOException)
        {
            return "another process";
        }
    }

    private sealed record Owner(string Host, int ProcessId, DateTimeOffset Since);
}
