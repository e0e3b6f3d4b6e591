package io.datahub.uploads;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of resumable uploads. Changes apply immediately to new uploads. */
@ObjectClassDefinition(name = "Datahub resumable uploads", description = "Uploads by the tus protocol.")
public @interface UploadsConfiguration {

    @AttributeDefinition(
            description =
                    "Directory for uploads that name a file and no path, such as inbox/{user}/; {user} is the user's name;"
                            + " empty: they must say it by ?to=DIR/")
    String directory() default "";
}
