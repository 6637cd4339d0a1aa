using System.ComponentModel.DataAnnotations;
using Memorization.Inference;

namespace Memorization.Embedding;

/// <summary>Which model embeds the images, and how it is run.</summary>
public sealed record ModelOptions
{
    /// <summary>The <see cref="Path"/> of the model that needs no file.</summary>
    public const string BuiltIn = "built-in";

    // One batch is gathered, one copied, one computed, one answered.
    private const int RunsOnCard = 4;
    private const int BatchOnCard = 256;
    private const int BatchOnCpu = 8;

    /// <summary>A CLIP's folder as Hugging Face lays it out (safetensors, or vision_model.onnx), or an image encoder as an ONNX file; "built-in" or null is the model that comes with the program and finds copies only. Default "built-in".</summary>
    public string? Path { get; init; } = BuiltIn;

    /// <summary>In which numbers a model built from safetensors computes: float32, float16 (GPUs) or int8 (CPUs: three times as fast as float32). Default float32.</summary>
    public ModelPrecision Precision { get; init; } = ModelPrecision.Float32;

    /// <summary>Folder for models built from safetensors; null is the folder .memorization in the model's own. Default null.</summary>
    public string? Cache { get; init; }

    /// <summary>Images per run of the model; smaller batches are padded to it, so that no embedding depends on who else was there. A model with a fixed batch keeps its own. 0 is 8 on a CPU, where larger ones fall out of the caches, and 256 on a GPU. Default 0.</summary>
    [Range(0, 4096)]
    public int BatchSize { get; init; }

    /// <summary>How long a batch that is not full waits for more images, in milliseconds. Default 20.</summary>
    [Range(0, 10_000)]
    public int LingerMilliseconds { get; init; } = 20;

    /// <summary>Batches that run at the same time: on a CPU each on a thread of its own, 0 is one per logical processor; on a GPU in flight on each, 0 is 4. Default 0.</summary>
    [Range(0, 1024)]
    public int Threads { get; init; }

    /// <summary>Where the model runs: "cpu"; "cuda" or "cuda:N" for an NVIDIA GPU; several with commas ("cuda:0, cuda:1"), all fed from one queue; "auto" for the first GPU if it can be used and the CPU otherwise. A GPU that is named and cannot be used is an error. Default "cpu".</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Mean of red, green and blue, of pixels in 0–1, that an encoder with float input expects to be taken off. Default: CLIP's.</summary>
    public IReadOnlyList<double> Mean { get; init; } = [0.48145466, 0.4578275, 0.40821073];

    /// <summary>Standard deviation of red, green and blue, of pixels in 0–1, that an encoder with float input expects to be divided by. Default: CLIP's.</summary>
    public IReadOnlyList<double> Std { get; init; } = [0.26862954, 0.26130258, 0.27577711];

    /// <summary><see cref="Threads"/>, or the number of logical processors.</summary>
    public int ThreadCount() => Threads == 0 ? Environment.ProcessorCount : Threads;

    /// <summary><see cref="Device"/>, read.</summary>
    /// <exception cref="InvalidDataException">A name is unknown, names do not go together, or the precision is not for the device.</exception>
    internal IReadOnlyList<OnnxDevice> Devices()
    {
        var devices = OnnxDevice.Parse(Device);
        return Precision == ModelPrecision.Int8 && devices[0].IsCuda
            ? throw new InvalidDataException($"device {devices[0]}: model.precision int8 is for CPUs; float16 is the one for GPUs")
            : devices;
    }

    /// <summary>Batches that run at the same time on one device.</summary>
    internal int RunsAtOnce(OnnxDevice device) => Threads == 0 && device.IsCuda ? RunsOnCard : ThreadCount();

    /// <summary><see cref="BatchSize"/>, or what suits the devices.</summary>
    internal int ImagesPerRun(OnnxDevice device) => BatchSize > 0 ? BatchSize : device.IsCuda ? BatchOnCard : BatchOnCpu;
}
