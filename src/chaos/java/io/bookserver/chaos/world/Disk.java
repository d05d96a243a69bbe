package io.bookserver.chaos.world;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A small file system in memory, which can be filled up; where it cannot be mounted, for lack of rights, an ordinary folder.
 *
 * <p><i>Thread-safe as far as it is filled by one thread at a time.</i>
 */
public final class Disk implements AutoCloseable {
    private static final String SIZE = "size=400m";

    private final Path folder;
    private final boolean isMounted;

    private Disk(Path folder, boolean isMounted) {
        this.folder = folder;
        this.isMounted = isMounted;
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    }

    /** Lets go of what a run that was killed has left there. */
    public static void release(Path folder) {
        if (Files.isDirectory(folder)) {
            succeeds("umount", "-l", folder.toAbsolutePath().toString());
        }
    }

    static Disk at(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Disk(folder, succeeds("mount", "-t", "tmpfs", "-o", SIZE, "tmpfs", folder.toAbsolutePath().toString()));
    }

    /** There is no byte left until it is closed. */
    public final class Full implements AutoCloseable {
        private final Path filler = folder.resolve("filler");

        private Full() {
            byte[] megabyte = new byte[1 << 20];
            try (OutputStream out = Files.newOutputStream(filler)) {
                while (true) {
                    out.write(megabyte);
                }
            } catch (IOException e) {
                // that was the last byte
            }
        }

        @Override
        public void close() throws IOException {
            Files.delete(filler);
        }
    }

    /**
     * Fills it.
     *
     * @throws IllegalStateException if it is an ordinary folder, which is never full
     */
    public Full fill() {
        if (!isMounted) {
            throw new IllegalStateException("no file system of its own");
        }
        return new Full();
    }

    @Override
    public void close() {
        if (isMounted) {
            succeeds("umount", "-l", folder.toAbsolutePath().toString());
        }
    }

    private static boolean succeeds(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
