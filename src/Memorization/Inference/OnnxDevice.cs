using System.Globalization;

namespace Memorization.Inference;

/// <summary>Where a model runs: the processor, or one NVIDIA GPU.</summary>
/// <param name="Card">The GPU's number as CUDA counts, from 0; null is the processor.</param>
internal readonly record struct OnnxDevice(int? Card)
{
    /// <summary>The name that stands for the first GPU if there is one that can be used, and for the processor otherwise.</summary>
    public const string Auto = "auto";

    private const string CpuName = "cpu";
    private const string CudaName = "cuda";

    /// <summary>The processor.</summary>
    public static OnnxDevice Cpu => default;

    /// <summary>Whether it is a GPU.</summary>
    public bool IsCuda => Card is not null;

    /// <summary>Reads a list such as <c>cuda:0, cuda:1</c>; <c>cuda</c> is the first GPU, and a name that stands twice means two sessions.</summary>
    /// <exception cref="InvalidDataException">A name is none of these, or they are of both kinds.</exception>
    public static IReadOnlyList<OnnxDevice> Parse(string names)
    {
        if (names.Trim() == Auto) return [OnnxSession.CudaProblem(0) is null ? new OnnxDevice(0) : Cpu];
        OnnxDevice[] devices = [.. names.Split(',', StringSplitOptions.TrimEntries).Select(One)];
        return devices.All(device => device.IsCuda == devices[0].IsCuda)
            ? devices
            : throw new InvalidDataException($"device \"{names}\": processor and GPU round differently, so that one image would have two embeddings; name one kind");
    }

    /// <summary>"cpu", or "cuda:" and the GPU's number.</summary>
    public override string ToString() => Card is { } card ? string.Create(CultureInfo.InvariantCulture, $"{CudaName}:{card}") : CpuName;

    private static OnnxDevice One(string name)
    {
        if (name == CpuName) return Cpu;
        if (name == CudaName) return new OnnxDevice(0);
        return name.StartsWith(CudaName + ":", StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(CudaName.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var card)
            ? new OnnxDevice(card)
            : throw new InvalidDataException($"device \"{name}\" is none of {CpuName}, {CudaName}, {CudaName}:N and {Auto}");
    }
}
