namespace Memorization.Store;

/// <summary>Where the bytes of an image lie in a store.</summary>
/// <param name="Shard">The file's name in the store's folder blobs: "blobs-000123.tar".</param>
/// <param name="Offset">Of the first byte of the image, after the tar header.</param>
/// <param name="Length">Bytes of the image.</param>
public readonly record struct BlobPlace(string Shard, long Offset, long Length);
