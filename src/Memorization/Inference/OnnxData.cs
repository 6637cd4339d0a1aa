using System.Globalization;
using Memorization.Inference.Onnx;
using Location = Memorization.Inference.Onnx.TensorProto.Types.DataLocation;

namespace Memorization.Inference;

/// <summary>The file beside a model that holds its large constants, so that a model may exceed protobuf's 2 GB and no weight is kept in memory.</summary>
/// <param name="stream">The file, empty and seekable; the caller owns it.</param>
/// <param name="location">The file's name, as the model beside it is to find it.</param>
internal sealed class OnnxData(Stream stream, string location)
{
    /// <summary>Constants begin at multiples of this, so that a runtime can map them.</summary>
    public const int Page = 4096;

    /// <summary>Writes a constant's bytes and says in the constant where they are.</summary>
    public void Write(TensorProto tensor, ReadOnlySpan<byte> bytes)
    {
        var offset = (stream.Position + Page - 1) / Page * Page;
        stream.Write(new byte[offset - stream.Position]);
        stream.Write(bytes);
        tensor.DataLocation = Location.External;
        Add("location", location);
        Add("offset", offset.ToString(CultureInfo.InvariantCulture));
        Add("length", bytes.Length.ToString(CultureInfo.InvariantCulture));

        void Add(string key, string value) => tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
    }
}
