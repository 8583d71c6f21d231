import GenesysCloud
import OAuth
import TerminalUI

extension Settings {
    /// Saving the form's values in the profile; `nil` where there is no file for it, or where explicit URLs say where to
    /// sign in, which a saved region would contradict.
    var saving: ScreenSession.Saving? {
        guard let file, !namesURL else { return nil }
        let variables = [Setting.clientID, .region].compactMap { setting -> String? in
            if case .variable(let name) = origin(of: setting) { name } else { nil }
        }
        let target = SaveTarget(file: file.path, profile: profileName, overridingVariables: variables)
        return ScreenSession.Saving(target: target) { clientID, region in
            do throws(UsageError) {
                guard let region, let named = try? Region.named(region) else {
                    throw UsageError("There is no region to save.", "")
                }
                try file.save(profile: profileName, clientID: clientID, region: named)
                return .success(())
            } catch {
                return .failure(SaveFailure(why: error.problem))
            }
        }
    }
}
