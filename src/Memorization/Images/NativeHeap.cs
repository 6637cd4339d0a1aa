using System.Runtime.InteropServices;

namespace Memorization.Images;

/// <summary>How the C library keeps memory that the decoders have freed.</summary>
public static partial class NativeHeap
{
    private const int MmapThreshold = -3;
    private const int ArenaMax = -8;
    private const int Arenas = 2;
    private const int LargeBytes = 1 << 20;

    /// <summary>Has large buffers given back at once, and few threads with a store of their own: pixels of many sizes on many threads else keep twice of what is in use.</summary>
    /// <remarks>For the whole process, before its first image. On glibc; elsewhere nothing.</remarks>
    public static void KeepLittle()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = SetOption(ArenaMax, Arenas);
            _ = SetOption(MmapThreshold, LargeBytes);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            // Another C library, with a heap of another kind.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
