package io.bookserver.feed.replay;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.jboss.logging.Logger;

/**
 * A file of recorded frames, read line by line. Empty lines are skipped. An invalid line is logged, counted and
 * skipped; after the first twenty they are only counted.
 *
 * <p><i>Not thread-safe; confined to its reader.</i>
 */
final class Recording implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Recording.class);
    private static final int MOST_LOGGED = 20;
    private static final int BUFFER_BYTES = 256 * 1024;

    private final Path file;
    private final InputStream bytes;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private long lineNumber;
    private long badLines;

    Recording(Path file) throws IOException {
        this.file = file;
        InputStream raw = Files.newInputStream(file);
        try {
            bytes = new BufferedInputStream(isGzip(file) ? new GZIPInputStream(raw) : raw, BUFFER_BYTES);
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }

    private static boolean isGzip(Path file) {
        return file.toString().endsWith(".gz");
    }

    /** The next valid frame; empty at the end. */
    Optional<RecordedFrame> next() throws IOException {
        while (readLine()) {
            if (line.size() == 0) {
                continue;
            }
            try {
                return Optional.of(RecordedFrame.parse(line.toByteArray()));
            } catch (IOException e) {
                badLines++;
                if (badLines <= MOST_LOGGED) {
                    LOG.errorf("feed=replay file=%s line=%d skipped=\"%s\"", file, lineNumber, reason(e));
                }
            }
        }
        return Optional.empty();
    }

    private static String reason(IOException e) {
        return e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
    }

    /** The number of invalid lines skipped. */
    long badLines() {
        return badLines;
    }

    private boolean readLine() throws IOException {
        line.reset();
        int next = bytes.read();
        if (next < 0) {
            return false;
        }
        lineNumber++;
        for (; next >= 0 && next != '\n'; next = bytes.read()) {
            if (next != '\r') {
                line.write(next);
            }
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
