using Memorization.Configuration;
using Memorization.Inference;

namespace Memorization.Replication.Diffusion;

/// <summary>Makes images from prompts with a Stable Diffusion 1.x or 2.x (or a fine-tuned one) in diffusers' ONNX layout.</summary>
/// <remarks>
/// Each image has a generator of its own, begun from its seed as PyTorch's on a CPU, so that its noise does not depend on who else is in the batch; the loop's
/// own numbers are float32 whatever the models' ports are. A safety checker in the folder is not asked: a study wants to see what the model gives.
/// Not thread-safe.
/// </remarks>
public sealed class StableDiffusion : IDisposable
{
    private const int KeptPrompts = 64;

    private readonly DiffusionFolder _folder;
    private readonly OnnxSession _text;
    private readonly OnnxSession _network;
    private readonly OnnxSession _decoder;
    private readonly DiffusionPorts _ports;
    private readonly PromptTokens _tokens;
    private readonly Dictionary<string, float[]> _states = [];

    private StableDiffusion(DiffusionFolder folder, IReadOnlyList<OnnxSession> sessions)
    {
        _folder = folder;
        (_text, _network, _decoder) = (sessions[0], sessions[1], sessions[2]);
        _ports = DiffusionPorts.Find(folder, _text, _network, _decoder);
        _tokens = new PromptTokens(folder.Tokenizer);
    }

    private int LatentSize => _folder.Channels * _folder.Side * _folder.Side;

    /// <summary>Loads a folder's models.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="device">"cpu", "cuda", "cuda:N" or "auto": one device.</param>
    /// <param name="threads">Threads that share one operator's work on a processor.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is broken, not supported or of another model; the message names it.</exception>
    /// <exception cref="NotSupportedException">The device is not there; the message says what to do.</exception>
    public static StableDiffusion Open(string path, string device, int threads)
    {
        var folder = DiffusionFolder.Read(path);
        if (OnnxDevice.Parse(device) is not [var one]) throw new InvalidDataException($"device \"{device}\": name one; images of other seeds can be made on another by another process");
        string[] models = [folder.TextEncoder, folder.Network, folder.Decoder];
        return OnnxSession.UseAll(models.Select(model => (Func<OnnxSession>)(() => OnnxSession.FromFile(model, threads, one))), sessions => new StableDiffusion(folder, sessions));
    }

    /// <summary>SHA-256, 64 hexadecimal digits, over every file that decides what the model gives. Reads them all, gigabytes of them.</summary>
    public string ModelId() => _folder.ModelId();

    /// <summary>Throws what <see cref="Generate"/> would throw of these options.</summary>
    /// <exception cref="SetupException">The model has not so many timesteps, or takes whole ones only and the scheduler's lie between.</exception>
    /// <exception cref="InvalidDataException">The scheduler's file asks for what is not supported; the message names the key.</exception>
    public void Check(DiffusionOptions options) => Scheduler(options);

    /// <summary>Makes the images of a batch.</summary>
    /// <param name="batch">What to make; the U-Net runs over twice as many at once.</param>
    /// <param name="options">How.</param>
    /// <param name="stop">Stops between two steps.</param>
    /// <exception cref="SetupException">See <see cref="Check"/>.</exception>
    /// <exception cref="InvalidDataException">See <see cref="Check"/>; or the model gave no numbers.</exception>
    public IReadOnlyList<GeneratedImage> Generate(IReadOnlyList<DiffusionRequest> batch, DiffusionOptions options, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(options);
        var scheduler = Scheduler(options);
        var randoms = batch.Select(request => new TorchRandom(request.Seed)).ToList();
        var latents = new float[batch.Count * LatentSize];
        Draw(latents);
        foreach (ref var value in latents.AsSpan()) value *= (float)scheduler.InitialScale;

        var guided = options.Guidance > 1;
        IEnumerable<string> prompts = [.. batch.Where(_ => guided).Select(_ => options.NegativePrompt), .. batch.Select(request => request.Prompt)];
        var states = prompts.Select(States).ToList();
        using var context = PortTensor.Of(_ports.Context, states.SelectMany(state => state).ToArray(), states.Count, PromptTokens.Context, states[0].Length / PromptTokens.Context);
        for (var step = 0; step < scheduler.Timesteps.Count; step++)
        {
            stop.ThrowIfCancellationRequested();
            var output = Predict(latents, states.Count, (float)scheduler.InputScale(step), scheduler.Timesteps[step], context);
            if (guided) output = Guide(output, (float)options.Guidance);
            scheduler.Step(step, output, latents, Draw);
        }

        return [.. Enumerable.Range(0, batch.Count).Select(i => Decode(latents.AsSpan(i * LatentSize, LatentSize)))];

        void Draw(Span<float> values)
        {
            for (var i = 0; i < randoms.Count; i++) randoms[i].Normal(values.Slice(i * LatentSize, LatentSize));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _text.Dispose();
        _network.Dispose();
        _decoder.Dispose();
    }

    private IScheduler Scheduler(DiffusionOptions options)
    {
        var scheduler = _folder.Scheduler(options.Scheduler).Create(options.Steps);
        return PortTensor.IsWhole(_ports.Timestep) && scheduler.Timesteps.FirstOrDefault(timestep => timestep != Math.Floor(timestep), double.NaN) is var between && !double.IsNaN(between)
            ? throw new SetupException(FormattableString.Invariant($"{_folder.Network} takes whole timesteps and the scheduler gives {between:0.##}; set timestep_spacing to leading or trailing in scheduler_config.json, or export the U-Net with a timestep that is a float"))
            : scheduler;
    }

    // Each prompt is encoded alone, so that nothing depends on the batch.
    private float[] States(string prompt)
    {
        if (_states.TryGetValue(prompt, out var known)) return known;
        if (_states.Count == KeptPrompts) _states.Clear();
        using var ids = PortTensor.Of(_ports.Ids, _tokens.Encode(prompt).Select(id => (float)id).ToArray(), 1, PromptTokens.Context);
        using var outputs = _text.Run([_ports.Ids.Name], [ids.Value], [_ports.States.Name]);
        return _states[prompt] = PortTensor.Read(_ports.States, outputs[0]);
    }

    // The latents once, or twice if they are guided: first for the negative prompt.
    private float[] Predict(float[] latents, int rows, float scale, double timestep, OnnxTensor context)
    {
        var input = new float[rows * LatentSize];
        for (var i = 0; i < input.Length; i++) input[i] = latents[i % latents.Length] * scale;
        using var sample = PortTensor.Of(_ports.Sample, input, rows, _folder.Channels, _folder.Side, _folder.Side);
        using var time = _ports.Timestep.Dims is [var dim]
            ? PortTensor.Of(_ports.Timestep, Enumerable.Repeat((float)timestep, (int)(dim.Length ?? 1)).ToArray(), dim.Length ?? 1)
            : PortTensor.Of(_ports.Timestep, [(float)timestep]);
        using var outputs = _network.Run([_ports.Sample.Name, _ports.Timestep.Name, _ports.Context.Name], [sample.Value, time.Value, context.Value], [_ports.Output.Name]);
        var output = PortTensor.Read(_ports.Output, outputs[0]);
        return output.Length == input.Length ? output : throw new InvalidDataException($"{_folder.Network} gave {output.Length} numbers for {input.Length}");
    }

    private static float[] Guide(float[] both, float guidance)
    {
        var guided = new float[both.Length / 2];
        for (var i = 0; i < guided.Length; i++) guided[i] = both[i] + guidance * (both[guided.Length + i] - both[i]);
        return guided;
    }

    private GeneratedImage Decode(ReadOnlySpan<float> latents)
    {
        var scaled = new float[latents.Length];
        for (var i = 0; i < scaled.Length; i++) scaled[i] = (float)(latents[i] / _folder.Scaling);
        using var input = PortTensor.Of(_ports.Latents, scaled, 1, _folder.Channels, _folder.Side, _folder.Side);
        using var outputs = _decoder.Run([_ports.Latents.Name], [input.Value], [_ports.Image.Name]);
        var dims = outputs[0].GetTensorTypeAndShape().Shape;
        if (dims is not [1, 3, var height, var width]) throw new InvalidDataException($"{_folder.Decoder} gave ({string.Join(", ", dims)}); an image is (1, 3, height, width)");
        var planes = PortTensor.Read(_ports.Image, outputs[0]);
        var rgb = new byte[planes.Length];
        for (var i = 0; i < planes.Length; i++) rgb[i % (planes.Length / 3) * 3 + i / (planes.Length / 3)] = Byte(planes[i]);
        return new GeneratedImage((int)width, (int)height, rgb);
    }

    // As diffusers has it: halves are rounded to even.
    private byte Byte(float value) => float.IsNaN(value)
        ? throw new InvalidDataException($"{_folder.Decoder} gave a pixel that is no number; models in float16 can overflow: try them in float32")
        : (byte)MathF.Round(Math.Clamp(value / 2 + 0.5f, 0, 1) * 255);
}
