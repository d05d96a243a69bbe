package io.bookserver.chaos.world;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The wall clock of one process, which may be set: by libfaketime (Debian: {@code faketime}). Where that library is not
 * there the process has the machine's clock. What measures elapsed time is never touched.
 *
 * <p><i>Thread-safe as far as it is set by one thread at a time.</i>
 */
public final class Clock {
    /** A process looks for a new setting so often. */
    private static final int LOOKED_AT_EVERY_SECONDS = 1;

    private static final Optional<Path> LIBRARY = Stream.of("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib")
            .map(folder -> Path.of(folder, "faketime", "libfaketimeMT.so.1")).filter(Files::exists).findFirst();

    private final Path file;

    Clock(Path file) {
        this.file = file;
        set(0);
    }

    /** What a process's environment needs to have this clock. */
    Map<String, String> environment() {
        return LIBRARY.<Map<String, String>>map(library -> Map.of("LD_PRELOAD", library.toString(), "FAKETIME_TIMESTAMP_FILE",
                file.toAbsolutePath().toString(), "FAKETIME_CACHE_DURATION", Integer.toString(LOOKED_AT_EVERY_SECONDS),
                "FAKETIME_DONT_FAKE_MONOTONIC", "1",
                // or every wait of the JVM ends at once
                "FAKETIME_FORCE_MONOTONIC_FIX", "0")).orElse(Map.of());
    }

    /**
     * Is ahead of the machine's clock by so much, or behind, within a second.
     *
     * @throws IllegalStateException if there is no libfaketime and the step is not 0
     */
    public void set(long seconds) {
        if (seconds != 0 && LIBRARY.isEmpty()) {
            throw new IllegalStateException("libfaketime is not there");
        }
        try {
            Path next = file.resolveSibling(file.getFileName() + ".next");
            Files.writeString(next, String.format("%+d%n", seconds));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
