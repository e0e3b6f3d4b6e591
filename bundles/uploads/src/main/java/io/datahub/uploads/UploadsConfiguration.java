package io.datahub.uploads;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of resumable uploads. Changes apply immediately to new uploads. */
@ObjectClassDefinition(name = "Datahub resumable uploads", description = "Uploads by the tus protocol.")
public @interface UploadsConfiguration {

    @AttributeDefinition(
            description = "Directory for uploads with a file name but no path, such as inbox/{user}/, where"
                    + " {user} is the user's name; if empty, clients must specify it with ?to=DIR/")
    String directory() default "";
}
