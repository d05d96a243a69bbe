package io.bookserver.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Every file that the page loads, by its document or by an import of a script, is in {@code META-INF/resources} on the class
 * path. Quarkus serves that folder, the project's and the libraries', and includes all of it in a native executable.
 */
class PageFilesTest {
    private static final String SERVED = "META-INF/resources";
    private static final Pattern NAMED = Pattern.compile("(?:href|src)=\"(/[^\"]+)\"");
    private static final Pattern IMPORT_MAP = Pattern.compile("<script type=\"importmap\">(.*?)</script>", Pattern.DOTALL);
    private static final Pattern IMPORTED = Pattern.compile("(?:import|from) ?['\"]([^'\"\\s]+)['\"]");

    private final Deque<String> unread = new ArrayDeque<>();
    private final Set<String> found = new TreeSet<>();
    private final Set<String> missing = new TreeSet<>();

    @Test
    void everyFileThatThePageLoads_isServed_soAnExecutableHasItToo() throws IOException {
        String document = read("/index.html");
        JsonNode map = new ObjectMapper().readTree(all(IMPORT_MAP, document).get(0)).get("imports");
        all(NAMED, document).forEach(this::ask);
        while (!unread.isEmpty()) {
            String file = unread.pop();
            if (file.endsWith(".js")) {
                all(IMPORTED, read(file)).forEach(name -> ask(resolved(name, file, map)));
            }
        }
        assertThat(missing).isEmpty();
        assertThat(found).contains("/page/page.css", "/page/icon.svg", "/page/views/ladder.js", "/page/state/book.js")
                .anyMatch(file -> file.startsWith("/_static/lit-html/"))
                .anyMatch(file -> file.startsWith("/webjars/uplot/") && file.endsWith(".js"));
    }

    private void ask(String file) {
        boolean isThere = PageFilesTest.class.getClassLoader().getResource(SERVED + file) != null;
        if ((isThere ? found : missing).add(file) && isThere) {
            unread.add(file);
        }
    }

    /** The address that a browser finds behind the name in an import of that file. */
    private static String resolved(String name, String file, JsonNode map) {
        if (name.startsWith(".") || name.startsWith("/")) {
            return URI.create(file).resolve(name).toString();
        }
        for (Iterator<String> keys = map.fieldNames(); keys.hasNext();) {
            String key = keys.next();
            if (name.equals(key) || key.endsWith("/") && name.startsWith(key)) {
                return map.get(key).textValue() + name.substring(key.length());
            }
        }
        return "/" + name + " (not in the import map)";
    }

    private static String read(String file) throws IOException {
        try (InputStream in = PageFilesTest.class.getClassLoader().getResourceAsStream(SERVED + file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static List<String> all(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(one -> one.group(1)).toList();
    }
}
