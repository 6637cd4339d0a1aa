using System.Reflection;
using System.Runtime.InteropServices;

namespace Memorization.Pipelines;

/// <summary>What a result was made with.</summary>
internal static class Versions
{
    public static IReadOnlyDictionary<string, string> All() => new SortedDictionary<string, string>
    {
        ["memorization"] = Of(typeof(Versions).Assembly),
        ["runtime"] = RuntimeInformation.FrameworkDescription,
        ["system"] = $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores",
        ["onnxruntime"] = Embedding.Embedder.RuntimeVersion,
        ["skiasharp"] = Of("SkiaSharp"),
        ["oxyplot"] = Of("OxyPlot"),
        ["parquetsharp"] = Of("ParquetSharp"),
        ["parquet.net"] = Of("Parquet"),
        ["duckdb.net"] = Of("DuckDB.NET.Data"),
        ["polly"] = Of("Polly.Core"),
        ["antissrf"] = Of("Microsoft.Security.AntiSSRF"),
        ["tokenizers"] = Of("Microsoft.ML.Tokenizers"),
        ["hashing"] = Of("System.IO.Hashing"),
        ["protobuf"] = Of("Google.Protobuf"),
        ["serilog"] = Of("Serilog"),
    };

    private static string Of(string assembly) => Of(Assembly.Load(assembly));

    private static string Of(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? assembly.GetName().Version?.ToString() ?? "?";
}
