package io.bookserver.chaos.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The collections that a JVM has logged by {@code -Xlog:gc} since the last look.
 *
 * <p><i>Not thread-safe; confined to the sampler.</i>
 */
final class GcLog {
    /** The options that make a JVM write it. */
    static List<String> options(Path file) {
        return List.of("-Xlog:gc:file=" + file + "::filecount=0");
    }

    /** One pause. */
    record Pause(boolean isFull, double leftMb, double ms) {}

    private static final Pattern PAUSE = Pattern.compile("Pause (\\w+).* \\d+M->(\\d+)M\\(\\d+M\\) ([0-9.]+)ms$");
    private final Path file;
    private long seen;

    GcLog(Path file) {
        this.file = file;
    }

    List<Pause> next() {
        try (Stream<String> lines = Files.lines(file)) {
            List<String> fresh = lines.skip(seen).toList();
            seen += fresh.size();
            return fresh.stream().map(PAUSE::matcher).filter(Matcher::find)
                    .map(found -> new Pause(found.group(1).equals("Full"),
                    Double.parseDouble(found.group(2)), Double.parseDouble(found.group(3)))).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static OptionalDouble leastLeftMb(List<Pause> pauses) {
        return pauses.stream().mapToDouble(Pause::leftMb).min();
    }

    static OptionalDouble longestMs(List<Pause> pauses) {
        return pauses.stream().mapToDouble(Pause::ms).max();
    }
}
