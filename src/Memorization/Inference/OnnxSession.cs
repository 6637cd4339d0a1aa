using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ElementType = Memorization.Inference.Onnx.TensorProto.Types.DataType;

namespace Memorization.Inference;

/// <summary>An input or output of a model.</summary>
/// <param name="Name">Its name in the model.</param>
/// <param name="Type">Type of its elements.</param>
/// <param name="Dims">Its dims; symbolic ones have no length.</param>
internal sealed record OnnxPort(string Name, ElementType Type, IReadOnlyList<OnnxDim> Dims)
{
    /// <summary>"pixel_values: Float (batch, 3, 224, 224)".</summary>
    public override string ToString() => $"{Name}: {Type} ({string.Join(", ", Dims)})";
}

/// <summary>A model that ONNX Runtime has loaded.</summary>
/// <remarks>
/// Thread-safe: any number of runs at once, each with its own tensors; on a GPU each has a stream of its own, so that one's copies pass under
/// another's arithmetic. The runtime's own log is off, because each of its errors also comes as an exception and its log would go past the program's.
/// </remarks>
internal sealed class OnnxSession : IDisposable
{
    private const string CudaProvider = "CUDAExecutionProvider";
    private const int ShortSequence = 128;

    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
    private readonly OrtAllocator? _pinned; // these give their memory back through them, and must outlive what they have given
    private readonly OrtAllocator? _there;

    private OnnxSession(InferenceSession session, OnnxDevice device)
    {
        (_session, Device) = (session, device);
        Inputs = [.. session.InputNames.Select(name => Port(name, session.InputMetadata[name]))];
        Outputs = [.. session.OutputNames.Select(name => Port(name, session.OutputMetadata[name]))];
        if (device.Card is not { } card) return;
        using var pages = new OrtMemoryInfo(OrtMemoryInfo.allocatorCUDA_PINNED, OrtAllocatorType.DeviceAllocator, card, OrtMemType.Default);
        using var there = new OrtMemoryInfo(OrtMemoryInfo.allocatorCUDA, OrtAllocatorType.DeviceAllocator, card, OrtMemType.Default);
        (_pinned, _there) = (new OrtAllocator(session, pages), new OrtAllocator(session, there));
    }

    /// <summary>ONNX Runtime's version.</summary>
    public static string Version => OrtEnv.Instance().GetVersionString();

    /// <summary>Where it runs.</summary>
    public OnnxDevice Device { get; }

    /// <summary>What the model reads, constants not counted.</summary>
    public IReadOnlyList<OnnxPort> Inputs { get; }

    /// <summary>What the model gives.</summary>
    public IReadOnlyList<OnnxPort> Outputs { get; }

    /// <summary>Loads a model from memory.</summary>
    /// <param name="model">What an .onnx file holds.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="threads">Threads that share one operator's work on a processor; 1 runs on the caller's thread alone.</param>
    /// <param name="device">Where it is to run.</param>
    /// <exception cref="InvalidDataException">The bytes are not a model that the runtime can load.</exception>
    /// <exception cref="NotSupportedException">The device is not there; the message says what to do.</exception>
    public static OnnxSession FromBytes(byte[] model, string name, int threads, OnnxDevice device = default) =>
        Load(name, threads, device, null, options => new InferenceSession(model, options));

    /// <summary>Loads a model, and the files with its external data, from a folder.</summary>
    /// <param name="path">The .onnx file.</param>
    /// <param name="threads">Threads that share one operator's work on a processor; 1 runs on the caller's thread alone.</param>
    /// <param name="device">Where it is to run.</param>
    /// <param name="tokens">How many places attention sees, which decides how a GPU computes it; null if that is unknown.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not a model that the runtime can load.</exception>
    /// <exception cref="NotSupportedException">The device is not there; the message says what to do.</exception>
    public static OnnxSession FromFile(string path, int threads, OnnxDevice device = default, int? tokens = null) => File.Exists(path)
        ? Load(path, threads, device, tokens, options => new InferenceSession(path, options))
        : throw new FileNotFoundException($"there is no model file {path}", path);

    /// <summary>Loads a session for each device and makes what owns them from now on; frees them if that fails.</summary>
    public static T Use<T>(IEnumerable<OnnxDevice> devices, Func<OnnxDevice, OnnxSession> load, Func<IReadOnlyList<OnnxSession>, T> own) =>
        UseAll(devices.Select(device => (Func<OnnxSession>)(() => load(device))), own);

    /// <summary>Loads sessions one after another and makes what owns them from now on; frees them if that fails.</summary>
    public static T UseAll<T>(IEnumerable<Func<OnnxSession>> loads, Func<IReadOnlyList<OnnxSession>, T> own)
    {
        List<OnnxSession> sessions = [];
        try
        {
            foreach (var load in loads) sessions.Add(load());
            return own(sessions);
        }
        catch
        {
            foreach (var session in sessions) session.Dispose();
            throw;
        }
    }

    /// <summary>Why a GPU cannot be used, and what to do about it; null if it can.</summary>
    public static string? CudaProblem(int card)
    {
        if (!OrtEnv.Instance().GetAvailableProviders().Contains(CudaProvider))
            return "this build runs models on \"cpu\" only; for GPUs build it with -p:OnnxRuntime=Gpu or -p:OnnxRuntimeDir=DIR (docs/gpu.md)";
        try
        {
            var graph = new OnnxGraph("probe");
            graph.Output("y", graph.Input("x", ElementType.Float, 1), 1);
            using var options = Options(threads: 1, new OnnxDevice(card), tokens: null);
            using var session = new InferenceSession(graph.ToBytes(), options);
            return null;
        }
        catch (OnnxRuntimeException e)
        {
            // Before its last mark the message says where in the runtime's source it was.
            var message = e.Message.ReplaceLineEndings(" ").Split(" : FAIL : ")[^1].Trim();
            return $"it cannot be used: {message} (docs/gpu.md says what it needs)";
        }
    }

    /// <summary>Memory of the host that this session's device reads and writes fastest; to be disposed before the session.</summary>
    /// <param name="dims">The tensor's dims; row-major.</param>
    public OnnxTensor Allocate<T>(params long[] dims)
        where T : unmanaged => _pinned is null ? OnnxTensor.Allocate<T>(dims) : OnnxTensor.Allocate<T>(_pinned, dims);

    /// <summary>Runs the model over tensors of the caller, outputs included.</summary>
    /// <param name="inputNames">Names of <paramref name="inputs"/>.</param>
    /// <param name="inputs">What the model reads.</param>
    /// <param name="outputNames">Names of <paramref name="outputs"/>; other outputs are not computed.</param>
    /// <param name="outputs">What the model fills; the dims must be exactly those that it gives.</param>
    public void Run(IReadOnlyCollection<string> inputNames, IReadOnlyCollection<OnnxTensor> inputs, IReadOnlyCollection<string> outputNames, IReadOnlyCollection<OnnxTensor> outputs) =>
        _session.Run(_runOptions, inputNames, [.. inputs.Select(tensor => tensor.Value)], outputNames, [.. outputs.Select(tensor => tensor.Value)]);

    /// <summary>Runs the model over tensors wherever they are.</summary>
    public void Run(IReadOnlyCollection<string> inputNames, IReadOnlyCollection<OrtValue> inputs, IReadOnlyCollection<string> outputNames, IReadOnlyCollection<OrtValue> outputs) =>
        _session.Run(_runOptions, inputNames, inputs, outputNames, outputs);

    /// <summary>Runs the model over tensors wherever they are, and takes outputs of whatever size in memory of the host.</summary>
    public IDisposableReadOnlyCollection<OrtValue> Run(IReadOnlyCollection<string> inputNames, IReadOnlyCollection<OrtValue> inputs, IReadOnlyCollection<string> outputNames) =>
        _session.Run(_runOptions, inputNames, inputs, outputNames);

    /// <summary>A tensor in the device's own memory; undefined at first, to be disposed before the session.</summary>
    public OrtValue AllocateThere(TensorElementType type, params long[] dims) =>
        OrtValue.CreateAllocatedTensorValue(_there ?? OrtAllocator.DefaultInstance, type, dims);

    /// <summary>Runs the model once to see what a model that leaves its dims open gives.</summary>
    /// <returns>The dims of the output.</returns>
    public long[] DimsOf(string outputName, string inputName, OnnxTensor input)
    {
        using var outputs = _session.Run(_runOptions, [inputName], [input.Value], [outputName]);
        return outputs[0].GetTensorTypeAndShape().Shape;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pinned?.Dispose();
        _there?.Dispose();
        _session.Dispose();
        _runOptions.Dispose();
    }

    private static OnnxSession Load(string name, int threads, OnnxDevice device, int? tokens, Func<SessionOptions, InferenceSession> load)
    {
        OrtEnv.Instance().EnvLogLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;
        if (device.Card is { } card && CudaProblem(card) is { } problem) throw new NotSupportedException($"device {device}: {problem}");
        using var options = Options(threads, device, tokens);
        try
        {
            return new OnnxSession(load(options), device);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidDataException($"{name} is not a model that ONNX Runtime {Version} can load: {e.Message}", e);
        }
    }

    private static SessionOptions Options(int threads, OnnxDevice device, int? tokens)
    {
        var options = new SessionOptions
        {
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
        };
        // Threads that wait for work by spinning take their core from the stages that decode the next images.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        if (device.Card is not { } card) return options;
        using var cuda = new OrtCUDAProviderOptions();
        var settings = new Dictionary<string, string>
        {
            ["device_id"] = card.ToString(CultureInfo.InvariantCulture),
            ["use_tf32"] = "0", // ten bits of mantissa are not float32
            ["arena_extend_strategy"] = "kSameAsRequested",
        };
        // Of attention's kernels the memory-efficient one is the fastest over short sequences, cuDNN's over long ones (docs/decisions/0007-clip-on-gpus.md).
        if (tokens is { } length) settings["sdpa_kernel"] = length <= ShortSequence ? "2" : "8";
        cuda.UpdateOptions(settings);
        options.AppendExecutionProvider_CUDA(cuda);
        return options;
    }

    private static OnnxPort Port(string name, NodeMetadata node)
    {
        if (!node.IsTensor) return new OnnxPort(name, ElementType.Undefined, []);
        var dims = new OnnxDim[node.Dimensions.Length];
        for (var i = 0; i < dims.Length; i++)
            dims[i] = node.Dimensions[i] >= 0 ? node.Dimensions[i] : node.SymbolicDimensions[i] is { Length: > 0 } symbol ? symbol : "?";
        return new OnnxPort(name, (ElementType)(int)node.ElementDataType, dims);
    }
}
