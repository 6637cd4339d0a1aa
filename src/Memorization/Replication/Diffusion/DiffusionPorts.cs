using Memorization.Inference;

namespace Memorization.Replication.Diffusion;

/// <summary>The inputs and outputs of the three models, as diffusers and optimum name them.</summary>
/// <param name="Ids">Of the text encoder: int32 or int64 (N, 77).</param>
/// <param name="States">Of the text encoder: (N, 77, width).</param>
/// <param name="Sample">Of the U-Net: (N, channels, side, side).</param>
/// <param name="Timestep">Of the U-Net: one number.</param>
/// <param name="Context">Of the U-Net: (N, 77, width).</param>
/// <param name="Output">Of the U-Net: what it predicts, as <paramref name="Sample"/>.</param>
/// <param name="Latents">Of the decoder: (N, channels, side, side).</param>
/// <param name="Image">Of the decoder: (N, 3, height, width), −1 to 1.</param>
internal sealed record DiffusionPorts(
    OnnxPort Ids, OnnxPort States, OnnxPort Sample, OnnxPort Timestep, OnnxPort Context, OnnxPort Output, OnnxPort Latents, OnnxPort Image)
{
    /// <summary>Finds the ports and holds them against the folder's configuration.</summary>
    /// <exception cref="InvalidDataException">A port is missing, is of another shape, or is one too many; the message names the model.</exception>
    public static DiffusionPorts Find(DiffusionFolder folder, OnnxSession text, OnnxSession network, OnnxSession decoder)
    {
        var found = new DiffusionPorts(
            Port(folder.TextEncoder, text.Inputs, "input_ids", port => PortTensor.IsWhole(port) && port.Dims.Count == 2),
            Port(folder.TextEncoder, text.Outputs, "last_hidden_state", port => PortTensor.IsFloat(port, 3)),
            Port(folder.Network, network.Inputs, "sample", port => PortTensor.IsFloat(port, 4)),
            Port(folder.Network, network.Inputs, "timestep", port => port.Dims.Count <= 1 && (PortTensor.IsWhole(port) || PortTensor.IsFloat(port, port.Dims.Count))),
            Port(folder.Network, network.Inputs, "encoder_hidden_states", port => PortTensor.IsFloat(port, 3)),
            Port(folder.Network, network.Outputs, "out_sample", port => PortTensor.IsFloat(port, 4)),
            Port(folder.Decoder, decoder.Inputs, "latent_sample", port => PortTensor.IsFloat(port, 4)),
            Port(folder.Decoder, decoder.Outputs, "sample", port => PortTensor.IsFloat(port, 4)));
        Only(folder.TextEncoder, text, found.Ids);
        Only(folder.Network, network, found.Sample, found.Timestep, found.Context);
        Only(folder.Decoder, decoder, found.Latents);
        Free(folder.Network, found.Sample);
        Free(folder.Network, found.Context);
        foreach (var port in new[] { found.Sample, found.Latents })
        {
            if (Differs(port.Dims[1], folder.Channels) || Differs(port.Dims[2], folder.Side) || Differs(port.Dims[3], folder.Side))
                throw new InvalidDataException($"{folder.Path}: {port} does not fit latents of {folder.Channels}×{folder.Side}×{folder.Side}, as unet/config.json has them (or Stable Diffusion 1 without one)");
        }

        return found.Context.Dims[2].Length is { } width && found.States.Dims[2].Length is { } given && width != given
            ? throw new InvalidDataException($"{folder.Path}: the U-Net reads {width} numbers a token and the text encoder gives {given}; they are of different models")
            : found;
    }

    private static bool Differs(OnnxDim dim, int wanted) => dim.Length is { } length && length != wanted;

    // The one that has the name, or the first: exports name the same outputs differently ("out_sample", "sample", "output_0").
    private static OnnxPort Port(string model, IReadOnlyList<OnnxPort> ports, string name, Func<OnnxPort, bool> fits)
    {
        var port = ports.FirstOrDefault(port => port.Name == name) ?? ports[0];
        return fits(port) ? port : throw new InvalidDataException($"{model}: of its ports {string.Join("; ", ports)} none is a {name} that Stable Diffusion has");
    }

    private static void Only(string model, OnnxSession session, params OnnxPort[] known)
    {
        if (session.Inputs.Count != known.Distinct().Count() || session.Inputs.Except(known).Any())
            throw new InvalidDataException($"{model}: its inputs are {string.Join("; ", session.Inputs)}; Stable Diffusion's are {string.Join(", ", known.Select(port => port.Name))} alone");
    }

    private static void Free(string model, OnnxPort port)
    {
        if (port.Dims[0].Length is { } batch) throw new InvalidDataException($"{model}: {port.Name} is for batches of {batch} alone; export it with a batch that is open");
    }
}
