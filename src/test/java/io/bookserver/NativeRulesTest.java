package io.bookserver;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaStaticInitializer;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Reader;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.ResourceBundle;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An executable contains only what its analysis reaches; what is looked up by name at run time must have been
 * registered. Production code therefore looks up nothing by name, except resources that the build includes, and fields
 * that are looked up when their class is initialised, which Quarkus does at build time.
 */
class NativeRulesTest {
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("io.bookserver");
    private static final JavaClasses VIOLATIONS = new ClassFileImporter().importPackages("io.bookserver.reflective");

    private static final Path RESOURCES = Path.of("src/main/resources");
    /**
     * Evaluated when the executable is built: by Quarkus, which includes the files that it serves, and by GraalVM's
     * builder.
     */
    private static final Pattern CONFIGURATION = Pattern.compile(
            "application\\.properties|META-INF/(openapi\\.yaml|(services|native-image|resources)/.*)");
    /** Resources of libraries that the build includes. */
    private static final Set<String> OF_LIBRARIES = Set.of("linux/${os.arch}/libzstd-jni-*.so");
    /** Which class reads which resource. */
    private static final Map<String, String> READ = Map.of("io.bookserver.stream.AsyncApi", "asyncapi.yaml");

    private static final Set<String> BY_NAME = Set.of("forName", "loadClass", "newInstance", "getConstructor",
            "getConstructors", "getDeclaredConstructor", "getDeclaredConstructors", "getMethod", "getMethods",
            "getDeclaredMethod", "getDeclaredMethods", "getField", "getFields", "getDeclaredField", "getDeclaredFields",
            "getRecordComponents", "getPermittedSubclasses");

    /** A {@code Type} is only passed on by the framework; nothing is looked up with it. */
    private static final ArchRule NO_REFLECTION_BY_LIBRARY = noClasses().should().dependOnClassesThat(
            resideInAnyPackage("java.lang.reflect", "com.fasterxml.jackson.databind..", "com.fasterxml.jackson.annotation..")
                    .and(not(equivalentTo(Type.class))))
            .orShould().dependOnClassesThat().belongToAnyOf(
                    ServiceLoader.class, ResourceBundle.class, ObjectInputStream.class, ObjectOutputStream.class);
    private static final ArchRule NOTHING_BY_NAME = noCalls("of classes and their members by name",
            call -> BY_NAME.contains(call.getName()) && isOn(call, Class.class, ClassLoader.class));
    private static final ArchRule NO_HANDLE_AT_RUN_TIME = noCalls("of handles and updaters outside of a static initialiser",
            call -> (call.getName().startsWith("find") && isOn(call, MethodHandles.Lookup.class)
                    || call.getName().equals("newUpdater"))
                    && !(call.getOrigin() instanceof JavaStaticInitializer));
    private static final ArchRule NO_UNKNOWN_RESOURCE = noCalls("of resources that are not listed here",
            call -> isResource(call) && !READ.containsKey(call.getOriginOwner().getName()));

    private static ArchRule noCalls(String what, Predicate<JavaMethodCall> calls) {
        return noClasses().should().callMethodWhere(describe(what, calls)).as("no calls " + what);
    }

    private static boolean isOn(JavaMethodCall call, Class<?>... owners) {
        return Stream.of(owners).anyMatch(call.getTargetOwner()::isAssignableTo);
    }

    private static boolean isResource(JavaMethodCall call) {
        return call.getName().matches("get(System)?Resource(s|AsStream)?|resources")
                && isOn(call, Class.class, ClassLoader.class);
    }

    private static Stream<ArchRule> rules() {
        return Stream.of(NO_REFLECTION_BY_LIBRARY, NOTHING_BY_NAME, NO_HANDLE_AT_RUN_TIME, NO_UNKNOWN_RESOURCE);
    }

    @ParameterizedTest
    @MethodSource("rules")
    void productionCode_keepsTheRule(ArchRule rule) {
        rule.check(MAIN);
    }

    /** Each rule, and the violations that it finds. */
    @Test
    void rules_findEveryWayOfBreakingThem() {
        assertThat(broken(NO_REFLECTION_BY_LIBRARY))
                .containsExactlyInAnyOrder("ClassByName", "ProxyOfAnInterface", "ServicesByName", "Bundle",
                        "BoundByJackson", "Annotated", "Serialized");
        assertThat(broken(NOTHING_BY_NAME)).containsExactlyInAnyOrder("ClassByName", "ClassByLoader", "MembersOfAClass");
        assertThat(broken(NO_HANDLE_AT_RUN_TIME))
                .containsExactlyInAnyOrder("HandleAtRunTime", "FieldHandleAtRunTime", "FieldUpdaterAtRunTime");
        assertThat(broken(NO_UNKNOWN_RESOURCE)).containsExactlyInAnyOrder("ResourceByClass", "ResourceByLoader");
    }

    private static Set<String> broken(ArchRule rule) {
        Set<String> broken = new TreeSet<>();
        for (JavaClass way : VIOLATIONS) {
            if (way.isNestedClass() && rule.evaluate(new ClassFileImporter().importClasses(way.reflect())).hasViolation()) {
                broken.add(way.getSimpleName());
            }
        }
        return broken;
    }

    @Test
    void resources_areThoseThatTheBuildIncludes() throws IOException {
        Properties settings = new Properties();
        try (Reader in = Files.newBufferedReader(RESOURCES.resolve("application.properties"))) {
            settings.load(in);
        }
        Set<String> included = Set.of(settings.getProperty("quarkus.native.resources.includes").split(","));
        Set<String> own = Set.copyOf(READ.values());
        assertThat(included).containsAll(own).containsAll(OF_LIBRARIES).hasSize(own.size() + OF_LIBRARIES.size());
        try (Stream<Path> files = Files.walk(RESOURCES)) {
            assertThat(files.filter(Files::isRegularFile).map(file -> RESOURCES.relativize(file).toString())
                    .filter(file -> !CONFIGURATION.matcher(file).matches()).toList()).hasSameElementsAs(own);
        }
        READ.keySet().forEach(reader -> assertThat(MAIN.get(reader).getMethodCallsFromSelf())
                .as("%s reads a resource", reader).anyMatch(NativeRulesTest::isResource));
    }

    @Test
    void feedAndDevBroker_areKnownToNoOtherPackage() {
        List.of("io.bookserver.feed", "io.bookserver.devbroker").forEach(absent ->
                noClasses().that().resideOutsideOfPackage(absent + "..").should().dependOnClassesThat()
                        .resideInAPackage(absent + "..").check(MAIN));
    }
}
