using System.Diagnostics;
using System.Globalization;

namespace Memorization.Pipelines.Bench;

/// <summary>Another way to CLIP's pixels, in a Python process that keeps the files in memory and does them all each time it is told.</summary>
internal sealed class PythonPeer : IDisposable
{
    private static readonly string Python = Environment.GetEnvironmentVariable("PYTHON") ?? "/usr/bin/python3";

    // torchvision's Resize(224) and CenterCrop(224), in the order of OpenAI's preprocessing.
    private const string Pillow = """
        import PIL, io
        from PIL import Image
        def do(data):
            image = Image.open(io.BytesIO(data))
            image = image.convert('RGB') if image.mode != 'RGB' else image
            w, h = image.size
            s = min(w, h)
            nw, nh = (side, int(side * h / w)) if w <= h else (int(side * w / h), side)
            image = image.resize((nw, nh), Image.BICUBIC)
            x, y = int(round((nw - side) / 2.0)), int(round((nh - side) / 2.0))
            return image.crop((x, y, x + side, y + side))
        def pixels(data): return do(data).tobytes()
        version = PIL.__version__
        """;

    // As img2dataset: resize_mode=center_crop, area averages when the image shrinks.
    private const string OpenCV = """
        import cv2, numpy as np
        cv2.setNumThreads(1)
        def do(data):
            image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
            h, w = image.shape[:2]
            s = min(w, h)
            image = cv2.resize(image, (round(w * side / s), round(h * side / s)), interpolation=cv2.INTER_AREA if s > side else cv2.INTER_CUBIC)
            y, x = (image.shape[0] - side) // 2, (image.shape[1] - side) // 2
            return image[y:y + side, x:x + side]
        def pixels(data): return np.ascontiguousarray(do(data)[:, :, ::-1]).tobytes()
        version = cv2.__version__
        """;

    private const string Loop = """

        import sys, os, hashlib
        from concurrent.futures import ThreadPoolExecutor
        folder, threads = sys.argv[1], int(sys.argv[2])
        files = [open(os.path.join(folder, name), 'rb').read() for name in sorted(os.listdir(folder))]
        print(version, flush=True)
        pool = ThreadPoolExecutor(threads)
        for line in sys.stdin:
            if line == 'hash\n':
                print(' '.join(hashlib.sha256(pixels(data)).hexdigest() for data in files), flush=True)
            else:
                if threads == 1:
                    for data in files: do(data)
                else:
                    for _ in pool.map(do, files, chunksize=1): pass
                print('done', flush=True)
        """;

    private readonly Process _process;

    private PythonPeer(string name, Process process) => (Name, _process) = (name, process);

    /// <summary>What it is, with its version.</summary>
    public string Name { get; private set; }

    /// <summary>Starts Pillow and OpenCV, as far as there are; says of the others in a line on standard error why not.</summary>
    /// <param name="folder">The files.</param>
    /// <param name="side">Pixels on each side.</param>
    /// <param name="threads">Threads of each; both leave Python's lock while they work.</param>
    public static async Task<IReadOnlyList<PythonPeer>> StartAsync(string folder, int side, int threads)
    {
        List<PythonPeer> peers = [];
        foreach (var (name, program, package) in new[] { ("Pillow", Pillow, "python3-pil"), ("OpenCV, area averages", OpenCV, "python3-opencv") })
        {
            if (!File.Exists(Python))
            {
                await Console.Error.WriteLineAsync($"{name} is left out: there is no {Python}");
                continue;
            }

            var set = string.Create(CultureInfo.InvariantCulture, $"side = {side}\n");
            var peer = new PythonPeer(name, Process.Start(new ProcessStartInfo(
                Python, ["-c", set + program + Loop, folder, threads.ToString(CultureInfo.InvariantCulture)])
            { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!);
            if (await peer._process.StandardOutput.ReadLineAsync() is { } version)
            {
                peer._process.BeginErrorReadLine();
                peer.Name = $"{name} {version}";
                peers.Add(peer);
                continue;
            }

            var error = (await peer._process.StandardError.ReadToEndAsync()).TrimEnd().Split('\n')[^1];
            await Console.Error.WriteLineAsync($"{name} is left out: {error}; `apt-get install {package}` brings it");
            peer.Dispose();
        }

        return peers;
    }

    /// <summary>Does all files once.</summary>
    public async Task RunAsync() => await AskAsync("run");

    /// <summary>The SHA-256 of each file's pixels.</summary>
    public async Task<string[]> HashesAsync() => (await AskAsync("hash")).Split(' ');

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }

    private async Task<string> AskAsync(string what)
    {
        await _process.StandardInput.WriteLineAsync(what);
        await _process.StandardInput.FlushAsync();
        return await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"{Name} does not read one of the files");
    }
}
