using System.Security.Cryptography;
using System.Text.Json;

namespace Memorization.Store;

/// <summary>A short name for a set of options: equal options, equal name, on any machine.</summary>
public static class Fingerprint
{
    /// <summary>16 hexadecimal digits of the SHA-256 of the parts' JSON.</summary>
    /// <param name="parts">Options records, strings, numbers; the order counts.</param>
    public static string Of(params object[] parts)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(parts, StoreJson.Options);
        return Convert.ToHexStringLower(SHA256.HashData(json))[..16];
    }
}
