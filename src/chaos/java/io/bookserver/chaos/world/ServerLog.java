package io.bookserver.chaos.world;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a server's log tells of errors.
 *
 * <p><i>Immutable: the lines are those of the moment at which it was read.</i>
 */
public final class ServerLog {
    private static final String NO_MEMORY = "MemoryError";
    /** A dump of where a thread stood follows. */
    private static final String BLOCKED = "has been blocked for";
    private static final Pattern LINE = Pattern.compile("^\\d{4}-\\d{2}-\\d{2} .*");
    private static final Pattern TRACE = Pattern.compile("^\\s+at [\\w.$/]+\\(.*");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss,SSS");
    private static final int TIME_LENGTH = 23;

    private final List<String> lines;

    private ServerLog(List<String> lines) {
        this.lines = lines;
    }

    /** The log in that file. */
    public static ServerLog of(Path file) {
        try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
            return new ServerLog(lines.toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The number of its lines. */
    public int size() {
        return lines.size();
    }

    /** How many lines the pattern finds something in. */
    public long count(Pattern pattern) {
        return lines.stream().filter(pattern.asPredicate()).count();
    }

    /** Each stack trace as the lines around its first one. Dumps of blocked threads and lack of memory are left out. */
    public List<String> traces() {
        List<String> traces = new ArrayList<>();
        boolean isDump = false;
        for (int i = 1; i < lines.size(); i++) {
            boolean isTrace = isTrace(i);
            // where a thread stood that was frozen with all others
            isDump = lines.get(i).contains(BLOCKED) || isDump && (isTrace || !LINE.matcher(lines.get(i)).matches());
            if (isTrace && !isDump && !isTrace(i - 1) && !lines.get(i - 1).contains(NO_MEMORY)) {
                traces.add(String.join(" | ", lines.subList(Math.max(0, i - 2), Math.min(lines.size(), i + 3))));
            }
        }
        return traces;
    }

    /** The lines that say that something failed. */
    public List<String> errors() {
        return lines.stream().filter(line -> line.contains(" ERROR ")).toList();
    }

    /** The lines that say that a thread was blocked, but for those at an excused moment, epoch milliseconds. */
    public List<String> blocked(LongPredicate excused) {
        return lines.stream().filter(line -> line.contains(BLOCKED) && !excused.test(timeMs(line))).toList();
    }

    private boolean isTrace(int line) {
        return TRACE.matcher(lines.get(line)).matches();
    }

    private static long timeMs(String line) {
        try {
            return LocalDateTime.parse(line.substring(0, Math.min(line.length(), TIME_LENGTH)), TIME)
                    .atZone(ZoneId.systemDefault()).toInstant().toEpochMilli();
        } catch (DateTimeParseException e) {
            return 0;
        }
    }
}
